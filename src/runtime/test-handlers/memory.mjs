const kept = [];
export const heap = async () => {
  for (;;) kept.push(new Array(100_000).fill({}));
};
export const buffers = async () => {
  for (;;) {
    kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
