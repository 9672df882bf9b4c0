using Llamax.Runs.Manifests;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>A recipe whose run takes seconds, and its results when nothing disturbs it.</summary>
public sealed class TinyRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyRun()
    {
        Recipe = _folder.Write("tiny.yaml", """
            name: tiny
            threads: 1
            languages: [en, de]
            data:
              sources: [{kind: builtin, monolingualPerLanguage: 200, pairsPerLanguagePair: 100}]
              lexicons: [builtin]
            tokenizer: {vocabularySize: 420}
            model: {hiddenSize: 64, layers: 1, heads: 2, keyValueHeads: 2, maxPositions: 256}
            sets:
              all: {blockLength: 64, instructionsPerDirection: 20}
            phases:
              cpt: {set: all, training: {steps: 60, warmupSteps: 2, learningRate: 1e-3, checkpointEverySteps: 20}}
            evaluation: {systems: [cpt], sentencesPerDirection: 4, prompt: compact, beams: 2, maxNewTokens: 16}
            """);
        Folder = _folder["undisturbed"];
        var result = LlamaxProgram.Run("run", Recipe, "--out", Folder);
        Assert.True(result.ExitCode == 0, result.Error);
        Results = ResultsOf(Folder);
    }

    public string Recipe { get; }

    /// <summary>The run that nothing disturbed.</summary>
    public string Folder { get; }

    public IReadOnlyDictionary<string, string> Results { get; }

    /// <summary>The hashes of everything but manifests, timings and reports, which tell wall time.</summary>
    public static IReadOnlyDictionary<string, string> ResultsOf(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(folder, path);
            if (Path.GetFileName(file) is not (Manifest.FileName or "timing.jsonl")
                && !file.Contains("report", StringComparison.Ordinal) && !file.Contains("checkpoints/", StringComparison.Ordinal)
                && !file.Contains("tensorboard/", StringComparison.Ordinal))
                hashes[file] = Manifest.HashFile(path);
        }

        return hashes;
    }

    public void Dispose() => _folder.Dispose();
}
