using System.Text.Json;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Tests.Search;
using Llamax.Decoding.Translators;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Translators;

public sealed class EncoderDecoderTranslatorTests
{
    private static readonly string[] Sources = ["en", "de", "fr", "ja", "zh", "ru", "es", "it"];

    /// <summary>Folders with generations of an encoder-decoder.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "decoding.json"))
        {
            var folder = Path.GetDirectoryName(file)!;
            if (EncoderDecoderConfig.Describes(Path.Combine(folder, "config.json")))
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), folder));
        }

        return Goldens.Cases(data);
    }

    /// <summary>
    /// The sentences of a golden begin with a token that is given the name of a language here, so that the translator puts it there.
    /// </summary>
    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Folders))]
    public void A_request_becomes_the_tokens_of_the_golden_and_its_beams_the_answer(string name)
    {
        var folder = Goldens.GoldenPath("models", name);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "decoding.json")));
        var forced = golden.RootElement.GetProperty("forced_bos_token_id");
        var isToTarget = forced.ValueKind != JsonValueKind.Number;
        string Named(string code) => isToTarget ? $"<2{code}>" : $"__{code}__";
        var model = EncoderDecoderModel.Load(folder);
        var sentences = Rows(golden.RootElement);
        var names = sentences.Select((row, i) => (Id: row[0], Name: Named(Sources[i]))).DistinctBy(x => x.Id)
            .ToDictionary(x => x.Id, x => x.Name);
        if (!isToTarget)
            names.Add(forced.GetInt32(), Named("ha"));
        var options = new SearchOptions { Beams = 4, NBest = 4, MaxNewTokens = 20 };
        using var translator = new EncoderDecoderTranslator(
            new TorchEncoderDecoderEngine(model, ownsModel: true), new NumberTokenizer(model.Config.VocabularySize, names), model.Config,
            new TranslationProfile(), options);
        var requests = sentences.Select((row, i) => new TranslationRequest(
            string.Join(' ', row[1..^1]), isToTarget ? "ha" : Sources[i], isToTarget ? Sources[i] : "Hausa"));
        var expected = golden.RootElement.GetProperty("cases").EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == "beam4").GetProperty("hypotheses").EnumerateArray();
        foreach (var (translation, hypotheses) in translator.Translate([.. requests], Now).Zip(expected))
        {
            var best = hypotheses[0].GetProperty("tokens").EnumerateArray().Select(x => x.GetInt32()).Skip(isToTarget ? 0 : 1);
            Assert.Equal(string.Join(' ', best.Where(id => id != model.Config.EosIds[0])), translation.Text);
            Assert.Equal(hypotheses[0].GetProperty("score").GetDouble(), translation.Candidates[0].Score, 1e-3);
        }
    }

    [Fact]
    public void A_language_without_a_token_is_refused_by_name()
    {
        using var translator = Translator(new() { [5] = "__en__", [6] = "__de__" });
        var refusal = Assert.Throws<RequestException>(() => translator.Translate([new("7", "en", "ha")], Now).ToList());
        Assert.Contains("no token for the language \"ha\" among its 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_without_language_tokens_does_not_serve_M2M_100()
    {
        var refusal = Assert.Throws<RequestException>(() => Translator([]));
        Assert.Contains("no language tokens", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Languages_are_found_by_any_of_their_codes_and_the_main_variety_wins()
    {
        var prompts = new List<int[]>();
        using var translator = Translator(
            new() { [5] = "nno_Latn", [6] = "nob_Latn", [7] = "eng_Latn", [8] = "sat_Olck", [9] = "zho_Hant", [10] = "zho_Hans" }, prompts,
            new() { ["sat_Olck"] = "Santali", ["no"] = "Norwegian", ["en"] = "English", ["zh"] = "Chinese", ["zhtrad"] = "Chinese" });
        TranslationRequest[] requests = [new("20 21", "Norwegian", "eng"), new("20 21", "zh-TW", "cmn"), new("20 21", "sat_Olck", "nb")];
        Assert.All(translator.Translate(requests, Now), translation => Assert.Equal("", translation.Text));
        Assert.Equal(["6 20 21 2", "9 20 21 2", "8 20 21 2"], prompts.Select(p => string.Join(' ', p)));
    }

    [Fact]
    public void A_model_without_language_tokens_is_asked_by_its_prompt()
    {
        var prompts = new List<int[]>();
        using var translator = Translator(
            [], prompts, template: new() { Name = "numbers", Text = "11 {input} 12" }, architecture: "MT5ForConditionalGeneration");
        Assert.Equal("", translator.Translate([new("20 21", "en", "ha")], Now).Single().Text);
        Assert.Equal("11 20 21 12 2", string.Join(' ', prompts.Single()));
    }

    [Fact]
    public void Source_and_translation_have_the_positions_of_the_model_each()
    {
        var prompts = new List<int[]>();
        using var translator = Translator(new() { [5] = "__en__", [6] = "__de__" }, prompts);
        string Words(int count) => string.Join(' ', Enumerable.Repeat(20, count));
        var translations = translator.Translate([new(Words(30), "en", "de"), new(Words(31), "en", "de")], Now).ToList();
        Assert.Null(translations[0].Problem);
        Assert.Contains("too long", translations[1].Problem, StringComparison.Ordinal);
        Assert.Equal(32, prompts.Single().Length);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static List<int[]> Rows(JsonElement root) =>
    [
        .. root.GetProperty("input_ids").EnumerateArray().Zip(root.GetProperty("attention_mask").EnumerateArray(), (ids, mask) =>
            ids.EnumerateArray().Zip(mask.EnumerateArray()).Where(x => x.Second.GetInt32() == 1).Select(x => x.First.GetInt32()).ToArray()),
    ];

    /// <summary>A model of 32 positions and 30 ids that ends every answer at once, and what it was given.</summary>
    private static EncoderDecoderTranslator Translator(
        Dictionary<int, string> names, List<int[]>? prompts = null, Dictionary<string, string>? languages = null,
        PromptTemplate? template = null, string architecture = "M2M100ForConditionalGeneration")
    {
        var config = new EncoderDecoderConfig
        {
            Architecture = architecture,
            HiddenSize = 8,
            EncoderLayers = 1,
            DecoderLayers = 1,
            EncoderHeads = 2,
            DecoderHeads = 2,
            EncoderIntermediateSize = 8,
            DecoderIntermediateSize = 8,
            VocabularySize = 30,
            MaxPositions = 32,
            DecoderStartId = 2,
            EosIds = [2],
            PadId = 1,
        };
        return new(
            new EndingEngine(prompts ?? []), new NumberTokenizer(30, names), config,
            new TranslationProfile { Template = template ?? PromptTemplate.Plain, Languages = languages ?? [] }, new() { Beams = 1 });
    }

    private sealed class EndingEngine(List<int[]> prompts) : IDecoderEngine
    {
        private readonly TableEngine _table = new(30, _ => [.. Enumerable.Range(0, 30).Select(id => id == 2 ? 9.0 : 0)], 64);

        public int VocabularySize => 30;

        public int MaxLength => 32;

        public int MostNewTokens(int promptTokens) => promptTokens > 32 ? 0 : 31;

        public IDecoderSession Open() => new Recorder(_table.Open(), prompts);

        public void Dispose()
        {
        }

        private sealed class Recorder(IDecoderSession inner, List<int[]> prompts) : IDecoderSession
        {
            public int Rows => inner.Rows;

            public void Prefill(IReadOnlyList<int[]> given, int maxNewTokens, int? mostRows = null)
            {
                prompts.AddRange(given);
                inner.Prefill(given, maxNewTokens, mostRows);
            }

            public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens) => inner.Advance(parents, tokens);

            public void TopK(int k, Span<int> ids, Span<float> logProbabilities) => inner.TopK(k, ids, logProbabilities);

            public void LogProbabilities(int row, Span<float> destination) => inner.LogProbabilities(row, destination);

            public void Logits(int row, Span<float> destination) => inner.Logits(row, destination);

            public void Dispose() => inner.Dispose();
        }
    }
}
