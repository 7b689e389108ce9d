import { z } from 'zod'
import type { Draws } from '../values.js'

/** Parameter of a view that does not touch every item. */
export const share = z.number().min(0).max(1).default(1).describe('share of items that are changed')

/** Whether this item is left as it is. */
export const leftAlone = (rng: Draws, share: number) => share < 1 && rng('share').uniform() >= share
