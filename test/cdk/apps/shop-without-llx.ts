import { App } from 'aws-cdk-lib';
import { ShopStack } from '../../../examples/sample-app/lib/shop-stack.ts';

/** The sample app as it was before llx: without its one line. */
new ShopStack(new App(), 'Shop');
