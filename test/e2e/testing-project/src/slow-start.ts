// Longer than the function's timeout, which is not for this.
await new Promise((resolve) => setTimeout(resolve, 1_500));

export const answers = async () => 'in time';

export const overruns = async () => {
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};
