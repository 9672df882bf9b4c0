using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.EndToEnd;

/// <summary>Design, principle 6, for the corpus commands one after another, as a script gives them.</summary>
public sealed class CorpusKillTests : IDisposable
{
    private const int Copies = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>LLAMAX_KILLS sets how often (3), LLAMAX_KILL_SEED the moments.</summary>
    [Fact]
    public void Killed_at_any_moment_the_same_script_ends_with_the_bytes_of_an_undisturbed_one()
    {
        var input = WriteInput();
        var watch = Stopwatch.StartNew();
        foreach (var command in Script(input))
            AssertDone(command);
        var whole = watch.ElapsedMilliseconds;
        Directory.Move(_folder["work"], _folder["whole"]);   // reports name files

        var (kills, draws) = (Setting("LLAMAX_KILLS", 3), new Draws((ulong)Setting("LLAMAX_KILL_SEED", 1), "kills of the corpus script"));
        for (var kill = 0; kill < kills; kill++)
        {
            var left = draws.Below((int)whole, kill);
            foreach (var command in Script(input))
            {
                watch.Restart();
                using var process = LlamaxProgram.Start(
                    new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. command]);
                var ended = process.WaitForExit(Math.Max(1, left));
                left -= (int)watch.ElapsedMilliseconds;
                if (ended)
                    continue;
                process.Kill();
                process.WaitForExit();
                break;
            }
        }

        foreach (var command in Script(input))
            AssertDone(command);
        Assert.Equal(Files("whole"), Files("work"));
    }

    private static void AssertDone(string[] command)
    {
        var result = LlamaxProgram.Run(command);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private string[][] Script(string input)
    {
        string At(string name) => _folder["work", name];
        return
        [
            ["corpus", "clean", input, "--from", "en", "--to", "ha", "--out", At("clean/a.tsv"), "--rejected", At("clean/rejected.jsonl")],
            ["corpus", "dedup", At("clean/a.tsv"), "--out", At("unique/a.tsv"), "--rejected", At("unique/rejected.jsonl"),
                "--partitions", "3"],
            ["corpus", "decontaminate", At("unique/a.tsv"), "--from", "en", "--to", "ha", "--test", _folder["test.txt"],
                "--out", At("train/a.tsv")],
            ["lexicon", "build", $"en-ha={_folder["words.tsv"]}", "--out", At("lexicon")],
        ];
    }

    /// <summary>Real sentences, each with numbered copies; some copies are double, some are dirt, some stand in the test set.</summary>
    private string WriteInput()
    {
        var flores = FloresSuite.Open101(Goldens.DataPath("flores101"));
        var english = flores.Sentences(LanguageRegistry.Find("en"), "dev");
        var hausa = flores.Sentences(LanguageRegistry.Find("ha"), "dev");
        var text = new StringBuilder();
        for (var copy = 0; copy < Copies; copy++)
            for (var i = 0; i < english.Count; i++)
                text.Append(CultureInfo.InvariantCulture, $"{english[i]} {i % 5 * copy}\t{hausa[i]} {i % 5 * copy}\n");
        _folder.Write("test.txt", string.Join('\n', english.Take(50)) + "\n");
        _folder.Write("words.tsv", string.Concat(english.Zip(hausa).Take(300).Select(pair =>
            $"{pair.First.Split(' ')[0]}\t{pair.Second.Split(' ')[0]}\n")));
        return _folder.Write("raw.tsv", text.ToString());
    }

    /// <summary>Names of all files, and the bytes of those that name no time.</summary>
    private List<string> Files(string folder) =>
    [
        .. Directory.EnumerateFiles(_folder[folder], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path =>
            Path.GetRelativePath(_folder[folder], path) + (Path.GetFileName(path) == "manifest.json"
                ? ""
                : $" {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}")),
    ];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
