export { runTierConformance, type ConformanceSubject, type TestFunctions } from './tier-conformance.js';
export { entryHead, readAll, writeEntry } from './tier-helpers.js';
