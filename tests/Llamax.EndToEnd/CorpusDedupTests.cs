using System.Diagnostics;
using System.Text;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class CorpusDedupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_of_equal_pairs_stays_across_files()
    {
        var (a, b) = (_folder.Write("a.tsv", "Good day\tGuten Tag\ngood day!\tguten Tag.\n"), _folder.Write("b.tsv",
            "GOOD DAY\tGuten Tag\nyes\tja\n"));
        var result = LlamaxProgram.Run("corpus", "dedup", a, b, "--out", _folder["unique", "ab.tsv"], "--partitions", "2");
        Assert.Equal("kept 2 of 4 pairs (50.0 %); top reason: duplicate (2)\n", result.Out);
        Assert.Equal("Good day\tGuten Tag\nyes\tja\n", File.ReadAllText(_folder["unique", "ab.tsv"]));
    }

    /// <summary>Design, principle 6; LLAMAX_KILLS sets how often (3).</summary>
    [Fact]
    public void Killed_at_any_moment_the_same_command_ends_with_the_bytes_of_an_undisturbed_one()
    {
        var text = new StringBuilder();
        var draws = new Draws(5, "killed dedup");
        for (var item = 0; item < 60_000; item++)
            text.Append("sentence ").Append(draws.Below(40_000, item)).Append("\tSatz ").Append(draws.Below(40_000, item, 1) % 7)
                .Append('\n');
        var input = _folder.Write("large.tsv", text.ToString());
        string[] Arguments(string folder) =>
            ["corpus", "dedup", input, "--on", "source", "--out", _folder[folder, "kept.tsv"], "--rejected", _folder[folder,
                "rejected.jsonl"],
                "--partitions", "8"];
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, LlamaxProgram.Run(Arguments("whole")).ExitCode);
        var whole = watch.ElapsedMilliseconds;
        var kills = int.TryParse(Environment.GetEnvironmentVariable("LLAMAX_KILLS"), out var chosen) ? chosen : 3;
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = LlamaxProgram.Start(
                new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. Arguments("killed")]);
            if (!process.WaitForExit((int)(whole / 4) + draws.Below((int)(whole * 3 / 4) + 1, kill, 2)))
                process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(0, LlamaxProgram.Run(Arguments("killed")).ExitCode);
        foreach (var file in (string[])["kept.tsv", "rejected.jsonl", "kept.tsv.report.json"])
            Assert.Equal(File.ReadAllBytes(_folder["whole", file]), File.ReadAllBytes(_folder["killed", file]));
        Assert.Equal(Directory.GetFiles(_folder["whole"]).Length, Directory.GetFileSystemEntries(_folder["killed"]).Length);
    }

    [Fact]
    public void Wrong_requests_are_refused_with_the_way_out()
    {
        var input = _folder.Write("a.tsv", "a\tb\n");
        string Refusal(params string[] arguments) =>
            LlamaxProgram.Run(["corpus", "dedup", input, "--out", _folder["out", "a.tsv"], .. arguments]).Refusal();
        Assert.Contains("--partitions", Refusal("--partitions", "0"), StringComparison.Ordinal);
        Assert.Contains("--phase", Refusal("--shard", "1/2"), StringComparison.Ordinal);
        Assert.Contains("is an input", LlamaxProgram.Run("corpus", "dedup", input, "--out", input).Refusal(), StringComparison.Ordinal);
    }
}
