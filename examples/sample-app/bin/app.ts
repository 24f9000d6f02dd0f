import { App } from 'aws-cdk-lib';
import { LiveLambda } from 'llx/cdk';
import { ShopStack } from '../lib/shop-stack.ts';

const app = new App();
new ShopStack(app, 'Shop');
LiveLambda.enable(app, { developers: ['sso:Dev'] });
