export { stories } from './live/stories.ts';
export { type OpenPage, openPage, type PageOptions } from './page/open-page.ts';
export { rotationText } from './rotation/rotation-text.ts';
export { type RotationSimulation, type SimulatedRotation, simulateRotation } from './rotation/simulate-rotation.ts';
export { type ServedStandIns, type ServeOptions, serveStandIns } from './serve.ts';
export { type SimulateOptions, type SimulationResult, simulate } from './simulate.ts';
export { storyTeller, summaryText } from './story.ts';
export { findScenario, type ProviderId, scenarios } from './world/index.ts';
