"""PyTorch's side of bench/separator-step.ts: float32. Reads `steps` lines, answers milliseconds."""
import sys
import time

import torch
from peers.separator import Separator, mixit

threads, batch, samples = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(0)

model = Separator()
optimiser = torch.optim.Adam(model.parameters(), 1e-3)
references = torch.randn(batch, 2, samples)
print(f'torch {torch.__version__} {sum(p.numel() for p in model.parameters())}', flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        optimiser.zero_grad()
        loss = mixit(model(references.sum(1)), references)
        loss.backward()
        optimiser.step()
        loss.item()
        times.append((time.perf_counter() - start) * 1e3)
    print(' '.join(f'{ms:.3f}' for ms in times), flush=True)
