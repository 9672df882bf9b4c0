using System.Globalization;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Translators;
using Llamax.Metrics;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Text.Tokenization;
using static TorchSharp.torch;

namespace Llamax.Bench.Engines;

/// <summary>
/// What rounding the weights to eight bits costs: mean log-likelihood of tokens and BLEU over pieces, of int8 against float32. With pairs
/// the tokens are those of references behind the model's prompt, and translations are compared with references; without, both come from
/// what the float32 model itself writes when its tokens are drawn, which it is then asked to go on with.
/// </summary>
internal static class Int8Quality
{
    public const string Verb = "int8-quality";

    private const int Stories = 64;
    private const int StoryTokens = 160;
    private const int Given = 32;

    private static readonly BleuMetric Bleu = new(new() { Tokenizer = new NoTokenizer() });

    /// <param name="arguments"><c>--model DIR [--pairs FILE --from LANG --to LANG]</c>; a pair is source, tab, reference.</param>
    /// <returns>Exit code: 2 where an option is missing or a file is unusable.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        try
        {
            Measure(arguments);
            return 0;
        }
        catch (RequestException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }

    private static void Measure(ReadOnlySpan<string> arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
            given[arguments[i]] = arguments[i + 1];
        string Value(string name) => given.GetValueOrDefault(name) ?? throw new RequestException(
            $"{name} is missing", Verb, "write --model DIR [--pairs FILE --from LANG --to LANG]");
        var folder = Value("--model");
        TorchRuntime.SetThreads(1);
        using var exact = CausalModel.Load(folder);
        using var rounded = CausalModel.LoadInt8(folder);
        Console.WriteLine("| weights | tokens | mean log-likelihood | BLEU over pieces | BLEU against float32's output |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        if (given.TryGetValue("--pairs", out var pairs))
            Translate(folder, exact, rounded, pairs, Value("--from"), Value("--to"));
        else
            GoOn(exact, rounded);
    }

    private static void GoOn(CausalModel exact, CausalModel rounded)
    {
        var start = exact.Config.BosId ?? 1;
        List<int[]> stories = [];
        var draws = new SearchOptions { Beams = 1, NBest = Stories, MaxNewTokens = StoryTokens, Sampling = new() { Seed = 1 } };
        Search(exact, [[start]], draws, (_, drawn) =>
            stories.AddRange(drawn.Select(story => (int[])[start, .. story.Tokens]).Where(story => story.Length > 2 * Given)));
        List<int[]> beginnings = [.. stories.Select(story => story[..Given])];
        string[] references = [.. stories.Select(story => string.Join(' ', story[Given..]))];
        string[] Continue(CausalModel model)
        {
            var texts = new string[beginnings.Count];
            Search(model, beginnings, new() { Beams = 1, MaxNewTokens = StoryTokens - Given }, (i, found) =>
                texts[i] = string.Join(' ', found[0].Tokens));
            return texts;
        }

        Print([.. stories.Select(story => (story, 1))], exact, rounded, Continue(exact), Continue(rounded), references);
    }

    private static void Translate(string folder, CausalModel exact, CausalModel rounded, string path, string from, string to)
    {
        var tokenizer = TokenizerFile.Load(folder);
        var profile = TranslationProfile.Load(folder);
        var pairs = File.ReadLines(path).Select(line => line.Split('\t')).ToList();
        if (pairs.FindIndex(pair => pair.Length != 2) is >= 0 and var wrong)
            throw new RequestException($"line {wrong + 1} is no pair", path, "write source, tab and reference on every line");
        string Pieces(string text) => string.Join(' ', tokenizer.Encode(text));
        string[] Outputs(string type)
        {
            using var translator = ModelTranslator.Open(folder, new() { Type = type, Threads = 1 });
            return [.. translator.Translate(pairs.Select(pair => new TranslationRequest(pair[0], from, to))).Select(t => Pieces(t.Text))];
        }

        var rows = pairs.Select(pair =>
        {
            int[] start = tokenizer.BosId is { } bos ? [bos] : [];
            var prompt = profile.Template.Format(profile.Language(from), profile.Language(to), pair[0]);
            int[] asked = [.. start, .. tokenizer.Encode(prompt)];
            int[] ends = exact.Config.EosIds is [var end, ..] ? [end] : [];
            return ((int[])[.. asked, .. tokenizer.Encode(pair[1]), .. ends], asked.Length);
        }).ToList();
        Print(rows, exact, rounded, Outputs("float32"), Outputs("int8"), [.. pairs.Select(pair => Pieces(pair[1]))]);
    }

    private static void Search(
        CausalModel model, List<int[]> prompts, SearchOptions options, Action<int, IReadOnlyList<Hypothesis>> found)
    {
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        new BatchedSearch(engine, model.Config.EosIds, options).Run([.. prompts.Select(prompt => new SearchPrompt(prompt))], found);
    }

    private static void Print(
        IReadOnlyList<(int[] Tokens, int From)> rows, CausalModel exact, CausalModel rounded, string[] first, string[] second,
        string[] references)
    {
        foreach (var (name, model, texts) in new[] { ("float32", exact, first), ("int8", rounded, second) })
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {rows.Sum(row => row.Tokens.Length - row.From)} | {LogLikelihood(model, rows):F5} "
                + $"| {Bleu.CorpusScore(texts, references).Score:F2} | {Bleu.CorpusScore(texts, first).Score:F2} |"));
        }
    }

    /// <summary>Mean over the tokens of every row from its first scored one on.</summary>
    private static double LogLikelihood(CausalModel model, IReadOnlyList<(int[] Tokens, int From)> rows)
    {
        var (sum, count) = (0.0, 0);
        using var quiet = no_grad();
        foreach (var (tokens, from) in rows)
        {
            using var scope = NewDisposeScope();
            var ids = tensor(tokens.Select(id => (long)id).ToArray());
            var logits = model.Project(model.Forward(ids[..^1].unsqueeze(0))).squeeze(0);
            var scores = logits.log_softmax(-1).gather(-1, ids[1..].unsqueeze(-1)).squeeze(-1);
            sum += scores[(from - 1)..].sum().to(ScalarType.Float64).item<double>();
            count += tokens.Length - from;
        }

        return sum / count;
    }
}
