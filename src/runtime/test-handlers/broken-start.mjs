console.log('starting');
throw new RangeError('at the top');
