using System.Globalization;

namespace Llamax.Training.Loop;

/// <summary>
/// How fast the run is: the remark beside the bar, and <c>timing.jsonl</c>, which keeps everything that depends on the clock
/// out of the log. Rates cover this process alone, not what ran before an interruption.
/// </summary>
internal sealed class TrainingPace(string folder, int steps, int firstStep, TimeProvider clock)
{
    public const string FileName = "timing.jsonl";

    private readonly string _path = Path.Combine(folder, FileName);
    private readonly long _start = clock.GetTimestamp();
    private long _tokens;

    private TimeSpan Elapsed => clock.GetElapsedTime(_start);

    private double TokensPerSecond => _tokens / Math.Max(1e-9, Elapsed.TotalSeconds);

    public void Count(long tokens) => _tokens += tokens;

    /// <summary>For example <c>loss 2.310, 1,940 tokens/s, 0:12:30 left</c>.</summary>
    public string Remark(int step, double? loss)
    {
        var left = Elapsed / Math.Max(1, step - firstStep) * (steps - step);
        var days = left.TotalDays >= 1 ? $"{(int)left.TotalDays} d " : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"loss {loss:F3}, {TokensPerSecond:N0} tokens/s, {days}{left:h\\:mm\\:ss} left");
    }

    /// <summary>Appends a line to the timing file.</summary>
    public void Write(int step)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"\"step\":{step},\"seconds\":{Elapsed.TotalSeconds:F3},\"tokens_per_second\":{TokensPerSecond:F1}");
        File.AppendAllText(_path, $"{{{line},\"resident_bytes\":{Environment.WorkingSet}}}\n");
    }
}
