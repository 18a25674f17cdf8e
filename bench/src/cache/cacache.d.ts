declare module 'cacache' {
  const cacache: {
    put(store: string, key: string, data: Uint8Array): Promise<unknown>;
    get(store: string, key: string): Promise<{ readonly data: Buffer }>;
  };
  export default cacache;
}
