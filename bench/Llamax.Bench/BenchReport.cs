using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Bench;

/// <summary>A table of ratios. The first candidate of every case is the baseline.</summary>
/// <param name="Name">The verb.</param>
/// <param name="What">What one round is.</param>
/// <param name="Cases">Measured cases, each with its candidates.</param>
internal sealed partial record BenchReport(string Name, string What, IReadOnlyList<BenchCase> Cases)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private static string Cpu
    {
        get
        {
            const string Key = "model name";
            var lines = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [];
            var line = lines.FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.OSArchitecture.ToString();
        }
    }

    private static string Versions =>
        $"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}";

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Name}\n\n{What}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Cpu}; {Versions}; {TimeProvider.System.GetUtcNow():yyyy-MM-dd}.\n");
        text.Append("Ratio = time of the first line / time of this line in the same round, above 1 is faster: median (lowest to highest).");
        text.Append("\n\n");
        text.Append("| case | candidate | median s | median CPU s | ratio | ratio (CPU) |\n");
        text.Append("|---|---|---:|---:|---:|---:|\n");
        foreach (var (name, times) in Cases)
        {
            var first = times[0];
            foreach (var one in times)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {one.Name} | {BenchTimes.Median(one.Wall):F3} | {BenchTimes.Median(one.Cpu):F3} "
                    + $"| {Ratio(first.Wall, one.Wall)} | {Ratio(first.Cpu, one.Cpu)} |\n");
            }
        }

        return text.ToString();
    }

    private static string Ratio(IEnumerable<double> baseline, IEnumerable<double> times)
    {
        var ratios = baseline.Zip(times, (one, other) => one / other).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{BenchTimes.Median(ratios):F2} ({ratios.Min():F2} to {ratios.Max():F2})");
    }

    /// <summary>Writes the table and every single time to <c>FOLDER/CPU-NAME/VERB.md</c> and <c>.json</c>.</summary>
    public void Save(string folder)
    {
        var place = Path.Combine(folder, NotInNames().Replace(Cpu, "-").Trim('-'));
        AtomicFile.WriteAllText(Path.Combine(place, Name + ".md"), ToMarkdown());
        var date = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var json = new { Name, What, Cpu, Versions, Date = date, Cases };
        AtomicFile.WriteAllText(Path.Combine(place, Name + ".json"), JsonSerializer.Serialize(json, Indented) + "\n");
    }

    [GeneratedRegex("[^A-Za-z0-9.]+")]
    private static partial Regex NotInNames();
}

/// <summary>One input, several candidates.</summary>
internal sealed record BenchCase(string Name, IReadOnlyList<BenchTimes> Times);
