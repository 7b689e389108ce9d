/** Settings that several verbs take. */
import { z } from 'zod'
import { duration } from '../../stages/quantities.js'

export const hop = duration({ min: 0.001, max: 3600 })
  .prefault('0.48 s')
  .describe('time from one patch to the next')
  .meta({ value: 'duration' })

export const workers = z
  .int()
  .min(1)
  .optional()
  .describe('worker threads for decoding; as many as cores if not given')
  .meta({ value: 'count' })
