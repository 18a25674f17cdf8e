export type { BookEntry, BookStore, Claim, DueClaim } from './book/book-store.js';
export { memoryBookStore, type MemoryBookStoreOptions } from './book/memory-book-store.js';
export { isSignedImageError, SignedImageError, type SignedImageErrorCode } from './errors.js';
export { checkImageKey, parseImageKey } from './image-key.js';
export { cosPresigner, type CosPresignerOptions } from './presigners/cos.js';
export type {
  CredentialsSource,
  Presign,
  Presigned,
  PresignRequest,
  ResponseOverrides,
  StoreCredentials,
} from './presigners/presigner.js';
export { s3Presigner, type S3PresignerOptions } from './presigners/s3.js';
