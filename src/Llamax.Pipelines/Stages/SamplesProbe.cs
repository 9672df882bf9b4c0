using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Translators;
using Llamax.Metrics;
using Llamax.Metrics.Chrf;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Text.Tokenization;
using Llamax.Training.Loop;

namespace Llamax.Pipelines.Stages;

/// <summary>
/// Translates a few held-out sentences greedily while a model trains and writes them, with source and reference, to
/// <c>samples.jsonl</c>; measures their chrF++.
/// </summary>
/// <param name="folder">The training folder.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="profile">How the model is asked.</param>
/// <param name="sentences">What is translated, and by whom it should be judged.</param>
/// <param name="maxNewTokens">Of a translation.</param>
internal sealed class SamplesProbe(
    string folder, ITokenizer tokenizer, TranslationProfile profile, IReadOnlyList<SampleSentence> sentences, int maxNewTokens)
    : IValidationProbe
{
    public const string FileName = "samples.jsonl";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The sentences may be of directions that were never trained: that is no news here.
    private static readonly Dictionary<string, IReadOnlyList<string>> NoDirections = [];

    public string Name => "samples";

    public IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation)
    {
        var ends = tokenizer.EosId is { } eos ? new[] { eos } : [.. model.Config.EosIds];
        using var translator = new PromptedTranslator(
            new TorchDecoderEngine(model, ownsModel: false), tokenizer, ends, profile with { Directions = NoDirections },
            new SearchOptions { Beams = 1, MaxNewTokens = maxNewTokens });
        var texts = translator.Translate(sentences.Select(one => new TranslationRequest(one.Text, one.Source, one.Target)), cancellation)
            .Select(translation => translation.Text).ToList();
        Keep(step, texts);
        var score = new ChrfMetric(new() { WordOrder = 2 }).CorpusScore(texts, [.. sentences.Select(one => (string?)one.Reference)]);
        return new Dictionary<string, double> { ["chrf"] = score.Score };
    }

    /// <summary>Lines of later steps are there where a run was killed after them: they are made again.</summary>
    private void Keep(int step, List<string> texts)
    {
        var path = Path.Combine(folder, FileName);
        var lines = new StringBuilder();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
            if ((int?)JsonNode.Parse(line)?["step"] < step)
                lines.Append(line).Append('\n');
        for (var i = 0; i < texts.Count; i++)
        {
            var (source, target, text, reference) = sentences[i];
            var json = new JsonObject
            {
                ["step"] = step,
                ["source"] = source,
                ["target"] = target,
                ["text"] = text,
                ["reference"] = reference,
                ["hypothesis"] = texts[i],
            };
            lines.Append(json.ToJsonString(Readable)).Append('\n');
        }

        AtomicFile.WriteAllText(path, lines.ToString());
    }
}

/// <summary>A sentence that is translated again and again.</summary>
internal sealed record SampleSentence(string Source, string Target, string Text, string Reference);
