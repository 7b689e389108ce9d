/** What a stage from outside Earshot is handed, so that its file imports nothing of ours. */
export { z } from 'zod'
export { duration, frequency, range } from '../data/quantities.js'
export * from './contract.js'
export { describePort } from './ports.js'
