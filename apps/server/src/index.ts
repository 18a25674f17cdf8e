export {
  defineConfig,
  type DurationInput,
  type LifetimeInput,
  type RouteInput,
  type UpstreamInput,
  type UserConfig,
} from './config/define-config.js';
