using System.Globalization;
using Llamax.Runs;
using TorchSharp;

namespace Llamax.Training.Planning;

/// <summary>One device of a run as a plan sees it.</summary>
/// <param name="Name">For people.</param>
/// <param name="PeakFlops">Floating-point operations a second in matrix products of the run's type.</param>
/// <param name="MemoryBytes">What it holds.</param>
/// <param name="Utilization">The share of the peak that a whole step reaches, 0 to 1: an assumption.</param>
/// <param name="ProgramBytes">What the program takes before the model.</param>
public sealed record PlannedDevice(string Name, double PeakFlops, long MemoryBytes, double Utilization, long ProgramBytes)
{
    /// <summary>Whether the model lies in the memory of the host itself.</summary>
    public bool IsHost { get; init; }

    // Large models reach 35 to 45 % on A100 in published runs; CUDA's context and libraries take about half a GiB.
    private const double AcceleratorUtilization = 0.4;
    private const long AcceleratorProgram = 1L << 29;
    private const double ProcessorUtilization = 0.5;

    // Code that .NET compiles and pools that libtorch fills in the first steps, whatever the model.
    private const long Growth = 64L << 20;

    /// <summary>Peaks of bf16 tensor cores without sparsity, from NVIDIA's data sheets.</summary>
    private static readonly (string Name, double Flops, long Bytes)[] Known =
        [("a100-80gb", 312e12, 80_000_000_000), ("h100-80gb", 989e12, 80_000_000_000)];

    /// <summary>This machine: the peak of a product measured now, its memory, and what this process takes already.</summary>
    /// <param name="type">Of the products.</param>
    /// <param name="device">Null = the processor.</param>
    public static PlannedDevice Here(torch.ScalarType type, torch.Device? device = null) => new(
        "this machine", MatrixPeak.Measure(type, device ?? torch.CPU), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        device is null or { type: DeviceType.CPU } ? ProcessorUtilization : AcceleratorUtilization, ResidentMemory.Now + Growth)
    {
        IsHost = device is null or { type: DeviceType.CPU },
    };

    /// <summary>The device behind an option: <c>cpu</c> (this machine), a known name, or <c>FLOPS,BYTES</c>.</summary>
    /// <exception cref="RequestException">None of them.</exception>
    public static PlannedDevice Parse(string option, torch.ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(option);
        if (option == "cpu")
            return Here(type);
        if (Known.FirstOrDefault(device => device.Name == option) is { Name: not null } known)
            return new(known.Name, known.Flops, known.Bytes, AcceleratorUtilization, AcceleratorProgram);
        var numbers = option.Split(',');
        if (numbers.Length == 2 && Positive(numbers[0]) is { } flops && Positive(numbers[1]) is { } bytes)
            return new(option, flops, (long)Math.Min(bytes, 1e18), AcceleratorUtilization, AcceleratorProgram);
        throw new RequestException(
            $"\"{option}\" describes no device", "--device",
            $"use cpu, {string.Join(", ", Known.Select(device => device.Name))}, or FLOPS,BYTES as in 312e12,80e9");
    }

    private static double? Positive(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number)
            ? number
            : null;
}
