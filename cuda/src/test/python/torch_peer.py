"""PyTorch's times on GPU 0 for the shapes of GpuTables: python3 torch_peer.py [section ...] prints Markdown.

Sections: copy gemm conv depthwise norm synthesis (all if none is named). Operands are random; a figure is the median of
seven batches timed by events, after a warm-up in which cuDNN chooses its algorithm (benchmark mode). Convolutions and whole
iterations run in both memory layouts, the faster one counts. Columns: f32 is exact (allow_tf32 off), TF32 is what PyTorch
does by default in convolutions, bf16 has tensors of bfloat16.
"""

import statistics
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

GPU = torch.device("cuda", 0)
LAYOUTS = (torch.contiguous_format, torch.channels_last)


def microseconds(work, batch_ms=20.0):
    """Median over seven batches of about batch_ms each."""

    def batch(runs):
        a, b = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        a.record()
        for _ in range(runs):
            work()
        b.record()
        b.synchronize()
        return a.elapsed_time(b)

    for _ in range(3):
        work()
    runs = max(1, min(10_000, int(batch_ms / max(batch(1), 1e-3))))
    return statistics.median(1000 * batch(runs) / runs for _ in range(7))


def mathematics(mode):
    tf32 = mode != "f32"
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    return torch.bfloat16 if mode == "bf16" else torch.float32


def copy():
    x = torch.randn(1 << 28, device=GPU)
    y = torch.empty_like(x)
    print(f"\nCopy on the device: {8 * x.numel() / microseconds(lambda: y.copy_(x)) / 1000:.0f} GB/s (read and written)")


def gemm():
    print("\n| GEMM n x n x n | f32 TFLOP/s | TF32 | bf16 |\n|---|---|---|---|")
    for n in (512, 1024, 2048, 4096, 8192):
        row = f"| {n}"
        for mode in ("f32", "tf32", "bf16"):
            kind = mathematics(mode)
            a, b = (torch.randn(n, n, device=GPU, dtype=kind) for _ in range(2))
            c = torch.empty_like(a)
            row += f" | {2 * n**3 / microseconds(lambda: torch.mm(a, b, out=c)) / 1e6:.1f}"
        print(row + " |")


# name, batch, side, channels in, channels out, kernel, stride, padding
CONVOLUTIONS = (
    ("ResNet-20 32x32x16", 32, 16, 16, 3, 1, 1),
    ("ResNet-20 16x16x32", 16, 32, 32, 3, 1, 1),
    ("ResNet-20 8x8x64", 8, 64, 64, 3, 1, 1),
    ("ResNet-18 stem", 224, 3, 64, 7, 2, 3),
    ("ResNet-18 56x56x64", 56, 64, 64, 3, 1, 1),
    ("ResNet-18 28x28x128", 28, 128, 128, 3, 1, 1),
    ("ResNet-18 stride 2", 28, 128, 256, 3, 2, 1),
    ("ResNet-18 7x7x512", 7, 512, 512, 3, 1, 1),
    ("MobileNetV2 1x1 up", 28, 32, 192, 1, 1, 0),
    ("MobileNetV2 1x1 down", 14, 384, 64, 1, 1, 0),
)


def passes(x, w, stride, padding, groups=1):
    """Times of forward, gradient of the input, gradient of the weights."""
    y = F.conv2d(x, w, None, stride, padding, 1, groups)
    dy = torch.randn_like(y)

    def adjoint(mask):
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], groups, mask
        )

    forward = microseconds(lambda: F.conv2d(x, w, None, stride, padding, 1, groups))
    return forward, microseconds(adjoint([True, False, False])), microseconds(adjoint([False, True, False]))


def best(mode, batch, side, ic, oc, k, stride, padding, groups=1):
    kind = mathematics(mode)
    times = []
    for layout in LAYOUTS:
        x = torch.randn(batch, ic, side, side, device=GPU, dtype=kind).to(memory_format=layout)
        w = torch.randn(oc, ic // groups, k, k, device=GPU, dtype=kind).to(memory_format=layout)
        times.append(passes(x, w, stride, padding, groups))
    return [min(t) for t in zip(*times)]


def conv():
    print("\n| Convolution | mode | forward TFLOP/s | input | weights |\n|---|---|---|---|---|")
    for name, side, ic, oc, k, stride, padding in CONVOLUTIONS:
        out = (side + 2 * padding - k) // stride + 1
        work = 2.0 * 256 * out * out * oc * ic * k * k / 1e6
        for mode in ("f32", "tf32", "bf16"):
            times = best(mode, 256, side, ic, oc, k, stride, padding)
            print(f"| {name} | {mode} | " + " | ".join(f"{work / t:.1f}" for t in times) + " |")


def depthwise():
    print("\n| Depthwise 3x3, batch 256 | forward us | input | weights |\n|---|---|---|---|")
    for side, c, stride in ((112, 32, 1), (112, 96, 2), (56, 144, 1), (28, 192, 1), (14, 384, 1)):
        times = best("f32", 256, side, c, c, 3, stride, 1, groups=c)
        print(f"| {side}x{side}x{c} stride {stride} | " + " | ".join(f"{t:.0f}" for t in times) + " |")


def norm():
    print("\n| BatchNorm moments | us |\n|---|---|")
    for side, c in ((32, 16), (56, 64), (7, 512)):
        times = []
        for layout in LAYOUTS:
            x = torch.randn(256, c, side, side, device=GPU).to(memory_format=layout)
            times.append(microseconds(lambda: torch.var_mean(x, dim=(0, 2, 3), correction=0)))
        print(f"| {256 * side * side} x {c} | {min(times):.0f} |")


class Block(nn.Module):
    """Basic block of the CIFAR ResNets; a shortcut without parameters."""

    def __init__(self, ic, oc, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(ic, oc, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(oc)
        self.conv2 = nn.Conv2d(oc, oc, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(oc)
        self.stride, self.pad = stride, (oc - ic) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        widths = ((16, 16, 1), (16, 32, 2), (32, 64, 2))
        blocks = []
        for ic, oc, stride in widths:
            blocks += [Block(ic, oc, stride), Block(oc, oc, 1), Block(oc, oc, 1)]
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        self.features = self.blocks(F.relu(self.bn1(self.conv1(x)))).mean((2, 3))
        return self.linear(self.features)


class Synthesis:
    """One iteration as one writes it in PyTorch: crop, forward with hooks on every BatchNorm, losses, backward, Adam."""

    def __init__(self, network, side, classes, layout, batch=256):
        self.network = network.to(GPU).eval().to(memory_format=layout)
        for p in network.parameters():
            p.requires_grad_(False)
        self.images = torch.randn(batch, 3, side, side, device=GPU).to(memory_format=layout).requires_grad_(True)
        self.labels = torch.randint(classes, (batch, 1), device=GPU)
        self.targets = torch.rand(batch, device=GPU) * 0.05 + 0.95
        scale = 0.7 + 0.3 * torch.rand(batch, device=GPU)
        theta = torch.zeros(batch, 2, 3, device=GPU)
        theta[:, 0, 0] = theta[:, 1, 1] = scale
        self.grid = F.affine_grid(theta, [batch, 3, side, side], align_corners=False)
        self.adam = torch.optim.Adam([self.images], lr=0.5)
        self.losses = []
        self.features = None
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.register_forward_pre_hook(self.normalized)
            if isinstance(module, nn.Linear):
                module.register_forward_pre_hook(self.pooled)
        with torch.no_grad():
            network(self.images)
        self.centres = torch.randn_like(self.features)

    def normalized(self, module, inputs):
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), correction=0)
        self.losses.append(F.mse_loss(mean, module.running_mean) + F.mse_loss(variance, module.running_var))

    def pooled(self, module, inputs):
        self.features = inputs[0]

    def step(self):
        self.losses = []
        self.adam.zero_grad()
        seen = F.grid_sample(self.images, self.grid, mode="bilinear", padding_mode="border", align_corners=False)
        logits = self.network(seen)
        p = torch.softmax(logits, 1).gather(1, self.labels).squeeze(1)
        cosine = F.cosine_similarity(self.features, self.centres, 1)
        loss = torch.stack(self.losses).mean() + F.mse_loss(p, self.targets)
        loss = loss + (cosine - 0.95).clamp_min(0).mean() + (0.2 - cosine).clamp_min(0).mean()
        loss.backward()
        self.adam.step()


def networks():
    import torchvision

    return (
        ("resnet20_cifar10", ResNet20, 32, 10),
        ("resnet18", torchvision.models.resnet18, 224, 1000),
        ("mobilenetv2_w1", torchvision.models.mobilenet_v2, 224, 1000),
    )


def synthesis():
    print("\n| Synthesis, batch 256 | ms an iteration, f32 | TF32 |\n|---|---|---|")
    for name, build, side, classes in networks():
        row = f"| {name}"
        for mode in ("f32", "tf32"):
            mathematics(mode)
            times = []
            for layout in LAYOUTS:
                step = Synthesis(build(), side, classes, layout).step
                times.append(microseconds(step, batch_ms=100) / 1000)
                torch.cuda.empty_cache()
            row += f" | {min(times):.2f}"
        print(row + " |")


def main(sections):
    known = {f.__name__: f for f in (copy, gemm, conv, depthwise, norm, synthesis)}
    wrong = [s for s in sections if s not in known]
    if wrong:
        sys.exit(f"torch_peer: no section {wrong[0]}; there are {' '.join(known)}")
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    print(f"# {torch.cuda.get_device_name(0)}, PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}")
    for section in sections or known:
        known[section]()
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
