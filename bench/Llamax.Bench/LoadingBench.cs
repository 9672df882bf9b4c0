using System.Globalization;
using System.Runtime.InteropServices;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Llamax.Bench;

/// <summary>How long a checkpoint of 2 GB takes to load against reading its file, and how much memory is resident meanwhile.</summary>
internal static class LoadingBench
{
    private static readonly CausalConfig Config = new()
    {
        VocabularySize = 32000,
        HiddenSize = 1280,
        IntermediateSize = 3456,
        Layers = 21,
        Heads = 20,
        KeyValueHeads = 20,
        HeadSize = 64,
        MaxPositions = 256,
    };

    public static BenchReport Run(BenchOptions options)
    {
        TorchRuntime.SetThreads(1);
        var folder = Directory.CreateTempSubdirectory("llamax-bench-loading-").FullName;
        try
        {
            using (var model = new CausalModel(Config, ScalarType.Float32, CPU))
                model.Save(folder);
            var file = Path.Combine(folder, "model.safetensors");
            var peak = 0.0;
            var times = Interleaved.Measure(
                options.Repeats,
                ("reading the file into memory of its size", () => ReadAll(file)),
                ("reading the file, into one buffer of 4 MiB again and again", () => Read(file)),
                ("loading as float32, as it is stored", () => peak = Math.Max(peak, Load(folder, ScalarType.Float32))),
                ("loading as bfloat16, converted", () => Load(folder, ScalarType.BFloat16)));
            return new BenchReport(
                "loading",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    A checkpoint of {new FileInfo(file).Length / 1e9:F2} GB ({Config.ParameterCount():N0} float32 weights, one safetensors file, in
                    the page cache) on 1 thread; {options.Repeats} interleaved rounds after one unmeasured. Loading as float32 needed at most
                    {peak:F3} times the weights in resident memory.
                    """),
                [new("2 GB", times)]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Whoever keeps what he reads needs fresh memory for it, and the system clears every page of that first.
    private static unsafe void ReadAll(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var memory = (byte*)NativeMemory.Alloc((nuint)length);
        for (var at = 0L; at < length;)
            at += RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(1 << 22, length - at)), at);
        NativeMemory.Free(memory);
    }

    private static void Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[1 << 22];
        for (var (at, count) = (0L, 1); count > 0; at += count)
            count = RandomAccess.Read(file, buffer, at);
    }

    // Peak of the resident memory above what was there before, as a share of the weights; 0 where the system does not tell.
    private static double Load(string folder, ScalarType type)
    {
        var before = Status("VmRSS:");
        if (before > 0)
            File.WriteAllText("/proc/self/clear_refs", "5");   // the peak is counted anew from here
        using var model = CausalModel.Load(folder, type);
        return (Status("VmHWM:") - before) / (double)(model.FlatParameters.numel() * (type == ScalarType.Float32 ? 4 : 2));
    }

    private static long Status(string key)
    {
        const string Path = "/proc/self/status";
        var line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? 0 : 1024 * long.Parse(line.AsSpan(key.Length).Trim(" \tkB"), CultureInfo.InvariantCulture);
    }
}
