"""PyTorch's side of bench/training-step.ts: float32, channels_last. Reads `model steps` lines, answers milliseconds."""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, ins, outs, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(ins, outs, 3, stride, 1, bias=False), nn.BatchNorm2d(outs)
        self.conv2, self.norm2 = nn.Conv2d(outs, outs, 3, 1, 1, bias=False), nn.BatchNorm2d(outs)
        changes = stride != 1 or ins != outs
        self.shortcut = nn.Sequential(nn.Conv2d(ins, outs, 1, stride, bias=False), nn.BatchNorm2d(outs)) if changes else nn.Identity()

    def forward(self, x):
        return F.relu(self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x))))) + self.shortcut(x))


class Pool(nn.Module):
    def __init__(self, with_max):
        super().__init__()
        self.with_max = with_max

    def forward(self, x):
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1) if self.with_max else x.mean((2, 3))


def vgg(widths, with_max):
    layers, ins = [], 1
    for width in widths:
        layers += [nn.Conv2d(ins, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
        ins = width
    return nn.Sequential(*layers, Pool(with_max))


def resnet18():
    layers, ins = [nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for width, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
        layers.append(Block(ins, width, stride))
        ins = width
    return nn.Sequential(*layers, Pool(False))


def classifier(encoder, size, frames):
    model = nn.Sequential(encoder, nn.Linear(size, 10)).to(memory_format=torch.channels_last)
    x = torch.randn(32, 1, frames, 64).to(memory_format=torch.channels_last)
    labels = torch.arange(32) % 10
    return torch.optim.Adam(model.parameters(), 1e-3), lambda: F.cross_entropy(model(x), labels)


def contrastive():
    encoder = vgg([32, 64, 128, 256], True).to(memory_format=torch.channels_last)
    head = nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128))
    a, b = (torch.randn(128, 1, 96, 64).to(memory_format=torch.channels_last) for _ in range(2))
    partners = torch.arange(256).roll(128)

    def loss():
        z = F.normalize(torch.cat([head(encoder(a)), head(encoder(b))]))
        similarity = z @ z.T / 0.2
        similarity.fill_diagonal_(-1e9)
        return F.cross_entropy(similarity, partners)

    weights = [*encoder.parameters(), *head.parameters()]
    return torch.optim.SGD(weights, 0.03, momentum=0.9, weight_decay=1e-4), loss


MODELS = {
    'vgg': lambda: classifier(vgg([32, 64, 128, 128], False), 128, 96),
    'resnet18': lambda: classifier(resnet18(), 512, 101),
    'contrastive': contrastive,
}
made = {}
print(f'torch {torch.__version__}', flush=True)
for line in sys.stdin:
    name, steps = line.split()
    optimiser, loss = made[name] = made.get(name) or MODELS[name]()
    times = []
    for _ in range(int(steps)):
        start = time.perf_counter()
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
        value.item()
        times.append((time.perf_counter() - start) * 1e3)
    print(' '.join(f'{ms:.3f}' for ms in times), flush=True)
