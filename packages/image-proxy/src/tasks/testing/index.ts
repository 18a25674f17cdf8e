export { ended } from './scripted-runner.js';
export { runDriverConformance, type DriverSubject, type TestFunctions } from './driver-conformance.js';
