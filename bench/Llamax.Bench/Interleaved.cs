using System.Diagnostics;

namespace Llamax.Bench;

/// <summary>Times candidates in turn, A B A B, so that whatever else the machine does hits all of them alike.</summary>
internal static class Interleaved
{
    /// <summary>Runs every candidate once unmeasured, then <paramref name="repeats"/> times in turn.</summary>
    public static IReadOnlyList<BenchTimes> Measure(int repeats, params (string Name, Action Work)[] candidates) => MeasureWithProcesses(
        repeats,
        [
            .. candidates.Select(candidate => (candidate.Name, new Func<double>(() =>
            {
                candidate.Work();
                return 0;
            }))),
        ]);

    /// <summary>As <see cref="Measure"/>; every candidate returns the processor seconds of the processes that it started.</summary>
    public static IReadOnlyList<BenchTimes> MeasureWithProcesses(int repeats, params (string Name, Func<double> Work)[] candidates)
    {
        var times = candidates.Select(candidate => new BenchTimes(candidate.Name, [], [])).ToList();
        foreach (var (_, work) in candidates)
            work();
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < repeats; round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                process.Refresh();
                var (wall, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
                var elsewhere = candidates[i].Work();
                times[i].Wall.Add(Stopwatch.GetElapsedTime(wall).TotalSeconds);
                process.Refresh();
                times[i].Cpu.Add((process.TotalProcessorTime - cpu).TotalSeconds + elsewhere);
            }
        }

        return times;
    }
}

/// <summary>Seconds of every round: by the clock, and of the processor, which other work on the machine disturbs less.</summary>
internal sealed record BenchTimes(string Name, List<double> Wall, List<double> Cpu)
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
