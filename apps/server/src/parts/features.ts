import type { Feature, FeatureContext } from './feature.js';
import { hlsFeature } from './hls.js';
import { signedImagesFeature } from './signed-images.js';
import { tasksFeature } from './tasks.js';

/** A factory gives `undefined` where the configuration has nothing for its part to do. */
type MakeFeature = (context: FeatureContext) => Promise<Feature | undefined>;

const makers: readonly MakeFeature[] = [hlsFeature, signedImagesFeature, tasksFeature];

/** The parts beside the configured routes, as far as they are configured. */
export async function createFeatures(context: FeatureContext): Promise<readonly Feature[]> {
  const made = await Promise.all(makers.map((make) => make(context)));
  return made.filter((feature) => feature !== undefined);
}
