export { runBookStoreConformance, type TestFunctions } from './book/book-store-conformance.js';
