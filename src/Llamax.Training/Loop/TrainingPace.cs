using System.Globalization;
using Llamax.Training.Planning;

namespace Llamax.Training.Loop;

/// <summary>
/// How fast the run is: the remark beside the bar, and <c>timing.jsonl</c>, which keeps everything that depends on the clock
/// out of the log. Rates cover this process alone, not what ran before an interruption.
/// </summary>
/// <param name="folder">The training folder.</param>
/// <param name="plan">What was expected of the run.</param>
/// <param name="firstStep">Steps taken before this process.</param>
/// <param name="clock">The time.</param>
internal sealed class TrainingPace(string folder, TrainingPlan plan, int firstStep, TimeProvider clock)
{
    public const string FileName = "timing.jsonl";

    private readonly string _path = Path.Combine(folder, FileName);
    private readonly long _start = clock.GetTimestamp();
    private long _tokens;
    private TimeSpan _aside;

    /// <summary>Tokens of a second of training; validation is not counted.</summary>
    public double TokensPerSecond => _tokens / Math.Max(1e-9, (Elapsed - _aside).TotalSeconds);

    /// <summary>The share of the measured peak of the matrix products that the arithmetic of the model takes, 0 to 1.</summary>
    public double ShareOfPeak => TokensPerSecond * plan.FlopsPerToken / (plan.Device.PeakFlops * plan.Ranks);

    private TimeSpan Elapsed => clock.GetElapsedTime(_start);

    public void Count(long tokens) => _tokens += tokens;

    /// <summary>Takes the time of something that is no training out of the rates.</summary>
    public T Aside<T>(Func<T> work)
    {
        var start = clock.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _aside += clock.GetElapsedTime(start);
        }
    }

    /// <summary>For example <c>loss 2.310, 1,940 tokens/s, 43 % of peak, 0:12:30 left</c>.</summary>
    public string Remark(int step, double? loss)
    {
        var left = Elapsed / Math.Max(1, step - firstStep) * (plan.Steps - step);
        var days = left.TotalDays >= 1 ? $"{(int)left.TotalDays} d " : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"loss {loss:F3}, {TokensPerSecond:N0} tokens/s, {100 * ShareOfPeak:0} % of peak, {days}{left:h\\:mm\\:ss} left");
    }

    /// <summary>What was expected beside what it was, for the end of the run.</summary>
    public string Summary()
    {
        const double MiB = 1 << 20;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"peak memory {ResidentMemory.Peak / MiB:N0} MiB (plan {plan.Memory.Peak / MiB:N0}), {TokensPerSecond:N0} tokens/s "
            + $"(plan {plan.TokensPerSecond:N0}), {100 * ShareOfPeak:0} % of the {plan.Device.PeakFlops * plan.Ranks / 1e9:N0} GFLOP/s of "
            + $"matrix products here (plan {100 * plan.Device.Utilization:0} %)");
    }

    /// <summary>Appends a line to the timing file.</summary>
    public void Write(int step)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"\"step\":{step},\"steps\":{plan.Steps},\"seconds\":{Elapsed.TotalSeconds:F3},\"tokens_per_second\":{TokensPerSecond:F1},"
            + $"\"share_of_peak\":{ShareOfPeak:F4}");
        File.AppendAllText(_path, $"{{{line},\"resident_bytes\":{Environment.WorkingSet}}}\n");
    }
}
