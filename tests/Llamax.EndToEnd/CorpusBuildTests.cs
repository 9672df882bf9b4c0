using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Decoding.Prompts;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary><c>llamax corpus build</c> with a model of random weights as g: killed, in shards, and with what is wrong.</summary>
public sealed class CorpusBuildTests : IClassFixture<RandomModel>, IDisposable
{
    private const int Below = 150;

    private readonly TemporaryFolder _folder = new();
    private readonly RandomModel _model;
    private readonly string _recipe;

    public CorpusBuildTests(RandomModel model)
    {
        _model = model;
        Lines("en.txt", 400, i => $"the house number {i} is on monday");
        Lines("fr.txt", 50, i => $"la maison numéro {i} est lundi");
        Lines("en-de.tsv", 90, i => $"monday number {i}\tMontag Nummer {i}");
        Lines("en-fr.tsv", 200, i => $"tuesday number {i}\tmardi numéro {i}");
        _recipe = _folder.Write("recipe.yaml", $$$"""
            threads: 1
            languages: [en, de, fr]
            data:
              sources:
                - {kind: text, files: ["{{{_folder["en.txt"]}}}"], sourceLanguage: en}
                - {kind: text, files: ["{{{_folder["fr.txt"]}}}"], sourceLanguage: fr}
                - {kind: tsv, files: ["{{{_folder["en-de.tsv"]}}}"], sourceLanguage: en, targetLanguage: de}
                - {kind: tsv, files: ["{{{_folder["en-fr.tsv"]}}}"], sourceLanguage: en, targetLanguage: fr, pairsPerLanguagePair: 180}
              lexicons: [builtin]
            sets:
              plain:
                algorithm:
                  augmentBelow: {{{Below}}}
                  replicateBelow: {{{Below}}}
              cpt:
                algorithm: {epochs: 2, keepTranslated: true, augmentBelow: {{{Below}}}, replicateBelow: {{{Below}}} }
                pivot: {model: "{{{model.Folder}}}"}
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Small_pairs_are_filled_up_by_the_model_and_the_counts_are_printed()
    {
        var result = LlamaxProgram.Run("corpus", "build", _recipe, "--set", "cpt", "--out", _folder["set"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_folder["set", "entries.parquet"], result.Lines[0]);
        Assert.Contains(result.Lines, line => line.StartsWith("pivot ", StringComparison.Ordinal));
        var entries = TrainingSetFile.Read(result.Lines[0]).ToList();
        foreach (var (one, other, lack) in (ReadOnlySpan<(string, string, int)>)[("en", "de", Below - 90), ("de", "fr", Below), ("en", "fr", 0)])
            Assert.Equal(2 * lack, entries.Count(entry => entry.Kind == EntryKind.Pivot
                && (entry.Source, entry.Target) is var pair && (pair == (one, other) || pair == (other, one))));
        Assert.Equal(2 * 180, entries.Count(entry => entry.Kind == EntryKind.Parallel && entry.Origin.Contains("en-fr", StringComparison.Ordinal)));
        Assert.Equal(["de-00000.jsonl", "fr-00000.jsonl"], Directory.GetFiles(_folder["set", "g"]).Select(Path.GetFileName).Order());

        var json = JsonNode.Parse(
            LlamaxProgram.Run("corpus", "build", _recipe, "--set", "plain", "--out", _folder["plain"], "--json").Out)!;
        Assert.Equal(3 * 90, (int)json["kinds"]!["parallel"]! - 180);
        Assert.Equal(2 * 90, (int)json["kinds"]!["augmented"]!);
    }

    [Fact]
    public void Killed_at_any_moment_it_goes_on_and_ends_with_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals of this kind exist on Unix alone.");
        string[] build = ["corpus", "build", _recipe, "--set", "cpt", "--out"];
        Assert.Equal(0, LlamaxProgram.Run([.. build, _folder["whole"]]).ExitCode);
        var (g, entries) = (_folder["set", "g"], _folder["set", "entries.parquet.llamax-tmp"]);
        Func<bool>[] moments =
        [
            () => File.Exists(Path.Combine(g, "journal")) && new FileInfo(Path.Combine(g, "journal")).Length > 0,
            () => File.Exists(Path.Combine(g, "de-00000.jsonl")),
            () => File.Exists(entries),
        ];
        foreach (var moment in moments)
        {
            using var process = LlamaxProgram.Start(
                new Dictionary<string, string>(), "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. build, _folder["set"]]);
            process.StandardInput.Close();
            while (!process.HasExited && !moment())
                Thread.Sleep(1);
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(0, LlamaxProgram.Run([.. build, _folder["set"]]).ExitCode);
        AssertSame("whole", "set");
        Assert.Equal(Names("whole"), Names("set"));

        IEnumerable<string> Names(string folder) => Directory.GetFiles(_folder[folder], "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder[folder], path)).Order();
    }

    [Fact]
    public void Three_processes_that_share_the_work_give_the_bytes_of_one()
    {
        string[] build = ["corpus", "build", _recipe, "--set", "cpt", "--out"];
        Assert.Equal(0, LlamaxProgram.Run([.. build, _folder["whole"]]).ExitCode);
        var early = LlamaxProgram.Run([.. build, _folder["set"], "--shard", "1/3"]);
        var late = LlamaxProgram.Run([.. build, _folder["set"], "--shard", "2/3"]);
        Assert.Contains("--phase translate", early.Error + late.Error, StringComparison.Ordinal);
        foreach (var phase in (string[][])[["--phase", "translate"], []])
            for (var i = 1; i <= 3; i++)
            {
                var shard = LlamaxProgram.Run([.. build, _folder["set"], "--shard", $"{i}/3", .. phase]);
                Assert.True((shard.ExitCode, shard.Out) == (0, ""), shard.Error);
            }

        Assert.Equal(0, LlamaxProgram.Run([.. build, _folder["set"], "--merge", "3"]).ExitCode);
        AssertSame("whole", "set");
    }

    [Fact]
    public async Task An_endpoint_translates_too()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1/";
        probe.Stop();
        using var listener = new HttpListener { Prefixes = { address } };
        listener.Start();
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                var prompt = (string)JsonNode.Parse(context.Request.InputStream)!["messages"]![0]!["content"]!;
                var word = prompt.Contains("German", StringComparison.Ordinal) ? "Haus" : "maison";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(
                    $$$"""{"choices":[{"message":{"content":"{{{word}}}"},"finish_reason":"stop"}]}"""));
                context.Response.Close();
            }
        }, TestContext.Current.CancellationToken);
        var result = LlamaxProgram.Run(
            "corpus", "build", _recipe, "--set", "cpt", "--set", $"sets.cpt.pivot={{endpoint: '{address}', name: toy}}", "--set",
            "sets.cpt.algorithm.augmentBelow=100", "--out", _folder["set"]);
        listener.Stop();
        await serving;
        Assert.True(result.ExitCode == 0, result.Error);
        var pivot = TrainingSetFile.Read(result.Lines[0])
            .Where(entry => entry.Kind == EntryKind.Pivot && entry.Source != "en" && entry.Target != "en").ToList();
        Assert.Equal(2 * 100, pivot.Count);
        Assert.All(pivot, entry => Assert.Equal(["Haus", "maison"], entry.Segments.Select(segment => segment.Text).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("cpt", "languages=[en, de, fr, sw]", "sets.plain.pivot=null", "the model does not know the language", "sw")]
    [InlineData("plain", "languages=[en, de, fr, sw]", "seed=1", "no source has text of Swahili", "data.sources")]
    [InlineData("none", "seed=1", "seed=2", "no set \"none\"", "plain, cpt")]
    [InlineData("plain", "sets.plain.pivot={model: nowhere}", "seed=1", "there is no such model", "pivot.model")]
    [InlineData("plain", "sets.plain.pivot={}", "seed=1", "sets.plain.pivot", "model: FOLDER")]
    [InlineData("cpt", "sets.cpt.algorithm.augmentation=none", "sets.cpt.algorithm.keepTranslated=false", "translates what no entry is made of",
        "augmentation")]
    public void A_wrong_request_is_refused_with_the_way_out(string set, string one, string other, string what, string mend)
    {
        var known = new TranslationProfile
        {
            Template = PromptTemplate.Compact,
            Languages = new Dictionary<string, string> { ["en"] = "English", ["de"] = "German", ["fr"] = "French" },
        };
        foreach (var file in Directory.GetFiles(_model.Folder))
            File.Copy(file, _folder.Write(Path.Combine("model", Path.GetFileName(file)), ""), overwrite: true);
        known.Save(_folder["model"]);
        var result = LlamaxProgram.Run(
            "corpus", "build", _recipe, "--set", set, "--set", $"sets.cpt.pivot.model={_folder["model"]}", "--set", one, "--set", other,
            "--out", _folder["set"]);
        var message = result.RefusalAtLast();
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(mend, message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["set", "manifest.json"]));
    }

    [Fact]
    public void A_lexicon_that_covers_nothing_and_files_of_different_length_are_named()
    {
        Lines("words.tsv", 3, i => $"nyumba{i}\ttalo{i}");
        Assert.Equal(0, LlamaxProgram.Run("lexicon", "build", $"sw-fi={_folder["words.tsv"]}", "--out", _folder["lexicon"]).ExitCode);
        var lexicon = Build("plain", $"data.lexicons=[{_folder["lexicon"]}/]");
        Assert.Contains("has no word of the run's languages", lexicon, StringComparison.Ordinal);

        Lines("a.en", 5, i => $"line {i}");
        Lines("a.de", 4, i => $"Zeile {i}");
        var moses = Build("plain",
            $"data.sources=[{{kind: moses, files: ['{_folder["a.en"]}', '{_folder["a.de"]}'], sourceLanguage: en, targetLanguage: de}}]",
            "languages=[en, de]");
        Assert.Contains("5 lines, but 4 in", moses, StringComparison.Ordinal);

        string Build(string set, params string[] values) => LlamaxProgram.Run(
            ["corpus", "build", _recipe, "--set", set, .. values.SelectMany(value => new[] { "--set", value }), "--out", _folder["out"]])
            .RefusalAtLast();
    }

    private void Lines(string name, int count, Func<int, string> line) => _folder.Write(
        name, string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{line(i)}\n"))));

    private void AssertSame(string one, string other)
    {
        foreach (var file in (string[])["entries.parquet", "manifest.json"])
            Assert.Equal(File.ReadAllBytes(_folder[one, file]), File.ReadAllBytes(_folder[other, file]));
    }
}

/// <summary>The run and the verb are one program.</summary>
public sealed class CorpusBuildOfRunTests(TinyRun tiny) : IClassFixture<TinyRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_verb_writes_the_entries_of_the_run()
    {
        LlamaxProgram.Run("corpus", "build", tiny.Recipe, "--out", _folder["set"]);
        foreach (var file in (string[])["entries.parquet", "manifest.json"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.Folder, "sets", "all", "built", file)), File.ReadAllBytes(_folder["set", file]));
    }
}
