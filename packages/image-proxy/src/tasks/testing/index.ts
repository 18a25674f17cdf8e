export { runDriverConformance, type DriverSubject, type TestFunctions } from './driver-conformance.js';
