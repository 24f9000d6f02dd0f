export default {
  functions: {
    echo: { handler: 'src/echo.handler', timeout: 30, memory: 1024 },
    reloaded: { handler: 'src/reloaded.handler', timeout: 30 },
    first: { handler: 'src/first.handler' },
  },
};
