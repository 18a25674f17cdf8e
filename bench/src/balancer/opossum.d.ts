/** The little of opossum that is measured here; it brings no types. */
declare module 'opossum' {
  export default class CircuitBreaker<T> {
    constructor(action: () => Promise<T>, options: { readonly timeout: number | false });
    fire(): Promise<T>;
  }
}
