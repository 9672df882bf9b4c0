using System.Globalization;
using System.Runtime.InteropServices;
using Llamax.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>libtorch as this process sees it: whether it works at all, how many threads it uses, which devices it has.</summary>
public static partial class TorchRuntime
{
    /// <summary>
    /// Loads libtorch and computes one matrix product, one masked attention and one fused AdamW step, each against its formula.
    /// A command calls it once before any work.
    /// </summary>
    /// <exception cref="RequestException">libtorch does not load, or computes something else.</exception>
    public static void Check()
    {
        try
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            CheckProduct();
            CheckAttention();
            CheckFusedAdamW();
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or NotSupportedException
            or BadImageFormatException or EntryPointNotFoundException or ExternalException)
        {
            var cause = (failure.InnerException ?? failure).Message.Split('\n')[0];
            throw new RequestException(
                $"libtorch does not work here: {cause}",
                "libtorch",
                "rebuild on this machine (the build repairs the native libraries for its C++ runtime), and install libgomp1 "
                + "and libstdc++6 where they are missing",
                failure);
        }
    }

    private static readonly Lazy<int> OwnThreads = new(get_num_threads);

    /// <summary>Threads of one tensor operation from now on; 0 = libtorch's own choice, the number of cores.</summary>
    public static void SetThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var own = OwnThreads.Value;   // asked before the first change
        set_num_threads(count > 0 ? count : own);
    }

    /// <summary>The device behind an option: <c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:N</c>.</summary>
    /// <exception cref="RequestException">Another word, or a device that this machine or this build does not have.</exception>
    public static Device ParseDevice(string option)
    {
        ArgumentNullException.ThrowIfNull(option);
        if (option == "cpu")
            return CPU;
        var index = 0;
        var isCuda = option == "cuda" || (option.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(option.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out index));
        if (!isCuda)
            throw new RequestException($"\"{option}\" is not a device", "device", "use cpu, cuda or cuda:N with N counted from 0");
        if (!cuda.is_available())
        {
            throw new RequestException(
                $"{option} was asked for, but libtorch sees no CUDA device", "device",
                "use cpu, or build with -p:TorchBackend=cuda on a machine with an NVIDIA driver");
        }

        var count = cuda.device_count();
        if (index >= count)
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"{option} was asked for, but there are {count} CUDA devices"), "device",
                string.Create(CultureInfo.InvariantCulture, $"use cuda:0 to cuda:{count - 1}"));
        }

        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>
    /// Tells glibc to keep freed memory for the next tensor instead of giving every block above 32 MiB back to the system. A training
    /// loop asks for the same sizes in every step, and fetching fresh pages each time can cost more than the arithmetic: five
    /// times more for a head of 3,000 words in a virtual machine. Call it once, before the loop. Does nothing elsewhere.
    /// </summary>
    public static void KeepFreedMemory()
    {
        const int TrimThreshold = -1, MostMappings = -4;   // M_TRIM_THRESHOLD, M_MMAP_MAX of malloc.h
        if (!HasExport("mallopt"))
            return;
        _ = MallocOption(MostMappings, 0);
        _ = MallocOption(TrimThreshold, int.MaxValue);
    }

    /// <summary>
    /// Gives freed memory back to the system. glibc keeps what many small tensors leave behind; a long loop calls this every few
    /// hundred steps. Does nothing where the C library has no such call.
    /// </summary>
    public static void MallocTrim()
    {
        if (HasExport("malloc_trim"))
            _ = MallocTrim(0);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallocOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    // Only glibc has it; musl's library of the same purpose has another name or no such call.
    private static bool HasExport(string name) => OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, name, out _);

    private static void CheckProduct()
    {
        using var product = matmul(arange(1, 5, ScalarType.Float32).reshape(2, 2), arange(5, 7, ScalarType.Float32).reshape(2, 1));
        Expect("a matrix product", product, 17, 39);
    }

    // Two keys with equal scores, of which the query may see the second alone.
    private static void CheckAttention()
    {
        var query = ones(1, 1, 1, 8);
        var key = ones(1, 1, 2, 8);
        var value = cat([zeros(1, 1, 1, 8), full([1, 1, 1, 8], 3f)], 2);
        var mask = arange(2).to(ScalarType.Bool).reshape(1, 1, 1, 2);
        var seen = nn.functional.scaled_dot_product_attention(query, key, value, mask);
        Expect("masked attention", seen[0, 0, 0, 0..1], 3);
    }

    // The first step of AdamW moves by the learning rate against the sign of the gradient, after the decay.
    private static void CheckFusedAdamW()
    {
        var (value, gradient, first, second) = (ones(1), full(1, 0.5f), zeros(1), zeros(1));
        JitOps.FusedAdamW([value], [gradient], [first], [second], [ones([])], 0.1, 0.9, 0.999, 0.5, 1e-8);
        Expect("a fused AdamW step", value, 1 - (0.1f * 0.5f) - 0.1f);
    }

    private static void Expect(string name, Tensor computed, params float[] expected)
    {
        var values = computed.reshape(-1).data<float>().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(values[i] - expected[i]) < 1e-4))
            {
                throw new RequestException(
                    string.Create(CultureInfo.InvariantCulture, $"libtorch computes {name} as {values[i]}, and it is {expected[i]}"),
                    "libtorch", "rebuild with the package versions of Directory.Packages.props");
            }
        }
    }
}
