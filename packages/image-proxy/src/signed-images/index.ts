export { createSignedImages } from './signed-images.js';
export type { RefreshDueOptions, RefreshOptions, SignedImages, SignedUrl, SignedUrls } from './signed-images.js';
export type { SignedImagesOptions } from './options.js';
export type { StoreProxyOptions } from './serve/store-proxy.js';
export type { VerifyOptions } from './verify.js';
export type { BookEntry, BookStore, Claim, DueClaim } from './book/book-store.js';
export { memoryBookStore, type MemoryBookStoreOptions } from './book/memory-book-store.js';
export type { UrlBookOptions } from './book/options.js';
export type { RefreshCounts } from './book/url-book.js';
export { isSignedImageError, SignedImageError, type SignedImageErrorCode } from './errors.js';
export { checkImageKey, parseImageKey } from './image-key.js';
export { cosPresigner, type CosPresignerOptions } from './presigners/cos.js';
export type {
  CredentialsSource,
  Presign,
  Presigned,
  Presigner,
  PresignRequest,
  ResponseOverrides,
  StoreCredentials,
} from './presigners/presigner.js';
export { readImageRequest, type ImageRequest } from './serve/image-request.js';
export { toProblem as imageProblem } from './serve/to-problem.js';
export { s3Presigner, type S3PresignerOptions } from './presigners/s3.js';
