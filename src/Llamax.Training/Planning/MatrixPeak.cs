using System.Collections.Concurrent;
using System.Diagnostics;
using static TorchSharp.torch;

namespace Llamax.Training.Planning;

/// <summary>How fast this process multiplies matrices: the denominator of every share of the peak.</summary>
public static class MatrixPeak
{
    private const int Size = 1024;
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(250);

    private static readonly ConcurrentDictionary<(ScalarType, string, int), double> Measured = [];

    /// <summary>The peak, measured when it is first asked for.</summary>
    /// <inheritdoc cref="MeasureNow"/>
    public static double Measure(ScalarType type, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Measured.GetOrAdd((type, device.ToString(), get_num_threads()), _ => MeasureNow(type, device));
    }

    /// <summary>Multiplies square matrices of 1,024 for a quarter of a second, on as many threads as libtorch uses now.</summary>
    /// <param name="type">Type of the matrices.</param>
    /// <param name="device">Where.</param>
    /// <returns>Floating-point operations a second in the fastest product; a multiplication and an addition are two.</returns>
    private static double MeasureNow(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (left, right) = (ones([Size, Size], type, device), ones([Size, Size], type, device));
        var result = empty([Size, Size], type, device);
        var fastest = double.PositiveInfinity;
        var start = Stopwatch.GetTimestamp();
        for (var product = 0; product < 2 || Stopwatch.GetElapsedTime(start) < Budget; product++)
        {
            var before = Stopwatch.GetTimestamp();
            result.addmm_(left, right, 0f, 1f);
            if (device.type == TorchSharp.DeviceType.CUDA)
                cuda.synchronize(device);
            if (product > 0)   // the first one wakes the threads
                fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(before).TotalSeconds);
        }

        return 2.0 * Size * Size * Size / fastest;
    }
}
