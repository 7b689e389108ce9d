"""The views of 128 pairs in NumPy and PyTorch, as a SimCLR script would make them; prints the median
of the processor time in ms, on one thread.
"""
import time
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
PAIRS, CLIPS, P, M, STEPS = 128, 400, 96, 64, 8
rng = np.random.default_rng(0)
clips = [rng.normal(0, 1.5, (rng.integers(60, 500), M)).astype(np.float16) for _ in range(CLIPS)]


def patch(clip):
    start = rng.integers(0, max(1, len(clip) - P + 1))
    x = clip[start : start + P].astype(np.float32)
    return x if len(x) == P else np.pad(x, ((0, P - len(x)), (0, 0)), mode='wrap')


def mix_back(x, b, ratio):
    X, B = 10**x, 10**b
    return np.log10((1 - ratio) * X + ratio * X.sum() / B.sum() * B)


def augment(x):
    out = torch.empty_like(x)
    for i in range(len(x)):
        area, aspect = rng.uniform(0.8, 1) * P * M, np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3)))
        h = min(P, int(round(np.sqrt(area * aspect * P / M))))
        w = min(M, int(round(np.sqrt(area / aspect * M / P))))
        top, left = rng.integers(0, P - h + 1), rng.integers(0, M - w + 1)
        y = F.interpolate(x[i : i + 1, :, top : top + h, left : left + w], (P, M), mode='bilinear', align_corners=False)[0]
        y = y * rng.uniform(0.75, 1)
        least = y.min()
        for _ in range(2):
            n = rng.integers(0, 13)
            k = rng.integers(0, M - n + 1)
            y[:, :, k : k + n] = least
            n = rng.integers(0, 20)
            k = rng.integers(0, P - n + 1)
            y[:, k : k + n, :] = least
        y = y + torch.randn_like(y) * rng.uniform(0, 0.01)
        out[i] = y / 1.5
    return out


def views():
    lanes = ([], [])
    for i in rng.choice(CLIPS, PAIRS, replace=False):
        ratio = rng.uniform(0, 0.05)
        for lane in lanes:
            lane.append(mix_back(patch(clips[i]), patch(clips[rng.integers(CLIPS)]), ratio))
    return [augment(torch.tensor(np.stack(lane))[:, None].float()) for lane in lanes]


times = []
for _ in range(STEPS):
    start = time.process_time()
    views()
    times.append(1e3 * (time.process_time() - start))
print(np.median(times))
