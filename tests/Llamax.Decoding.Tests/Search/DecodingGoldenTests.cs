using System.Text.Json;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Search;
using Llamax.Models.Causal;
using Llamax.Models.EncoderDecoder;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Search;

/// <summary>
/// Every folder below models/ with a decoding.json: Hugging Face's search, hypothesis by hypothesis, with decoders and with
/// encoder-decoders.
/// </summary>
[Trait("Category", "Golden")]
public sealed class DecodingGoldenTests
{
    public static IReadOnlyCollection<ITheoryDataRow> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var file in Goldens.Files("models", "decoding.json"))
        {
            var folder = Path.GetDirectoryName(file)!;
            using var golden = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
                cases.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), folder), item.GetProperty("id").GetString()!);
        }

        return Goldens.Cases(cases);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hypotheses_and_scores_are_those_of_hugging_face(string folder, string id)
    {
        var path = Goldens.GoldenPath("models", folder);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "decoding.json")));
        var root = golden.RootElement;
        var item = root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
        var ends = Ints(item.GetProperty("args").GetProperty("eos_token_id"));

        using var engine = Engine(path);
        var results = new BatchedSearch(engine, ends, Options(item.GetProperty("args")))
            .Run(Prompts(root, path), null, TestContext.Current.CancellationToken);

        var sentence = 0;
        foreach (var expected in item.GetProperty("hypotheses").EnumerateArray())
            AssertSame(expected, results[sentence++], ends[0], root.GetProperty("score_tolerance").GetDouble());
    }

    /// <summary>Hypotheses whose scores nearly tie may come in either order, as the golden file's note says.</summary>
    private static void AssertSame(JsonElement expected, IReadOnlyList<Hypothesis> actual, int firstEndId, double tolerance)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        var rest = expected.EnumerateArray().ToList();
        foreach (var hypothesis in actual)
        {
            // Hugging Face's beam search reports every end token as the first of the list, its greedy search the true one.
            var endId = actual.Count == 1 && rest[0].GetProperty("score").ValueKind == JsonValueKind.Null ? hypothesis.EndId : firstEndId;
            int[] tokens = hypothesis.IsFinished ? [.. hypothesis.Tokens, endId!.Value] : hypothesis.Tokens;
            var match = rest.FindIndex(e => Ints(e.GetProperty("tokens")).SequenceEqual(tokens));
            Assert.True(
                match >= 0,
                $"not expected: {string.Join(' ', tokens)}, among\n"
                    + string.Join('\n', actual.Select(h => $"{string.Join(' ', h.Tokens)} ({h.Score})")));
            Assert.Equal(rest[match].GetProperty("finished").GetBoolean(), hypothesis.IsFinished);
            if (rest[match].GetProperty("score").ValueKind == JsonValueKind.Number)
            {
                Assert.Equal(rest[match].GetProperty("score").GetDouble(), hypothesis.Score, tolerance);
                Assert.Equal(rest[0].GetProperty("score").GetDouble(), hypothesis.Score, tolerance);
            }

            rest.RemoveAt(match);
        }
    }

    private static SearchOptions Options(JsonElement args)
    {
        var options = new SearchOptions();
        foreach (var arg in args.EnumerateObject())
            options = arg.Name switch
            {
                "num_beams" => options with { Beams = arg.Value.GetInt32() },
                "num_return_sequences" => options with { NBest = arg.Value.GetInt32() },
                "min_new_tokens" => options with { MinNewTokens = arg.Value.GetInt32() },
                "max_new_tokens" => options with { MaxNewTokens = arg.Value.GetInt32() },
                "length_penalty" => options with { LengthPenalty = arg.Value.GetDouble() },
                "repetition_penalty" => options with { RepetitionPenalty = arg.Value.GetDouble() },
                "no_repeat_ngram_size" => options with { NoRepeatNgram = arg.Value.GetInt32() },
                "early_stopping" => options with
                {
                    EarlyStopping = arg.Value.ValueKind switch
                    {
                        JsonValueKind.True => EarlyStopping.WhenFull,
                        JsonValueKind.False => EarlyStopping.WhenUnbeatable,
                        _ => EarlyStopping.Never,
                    },
                },
                "eos_token_id" => options,
                _ => throw new InvalidOperationException($"The golden file asks for {arg.Name}, which no test knows."),
            };
        return options;
    }

    private static IDecoderEngine Engine(string folder) => IsEncoderDecoder(folder)
        ? new TorchEncoderDecoderEngine(EncoderDecoderModel.Load(folder), ownsModel: true)
        : new TorchDecoderEngine(CausalModel.Load(folder), ownsModel: true);

    // An encoder-decoder has said nothing but its start token; a decoder has said the prompt, padding included.
    private static List<SearchPrompt> Prompts(JsonElement root, string folder)
    {
        var masks = root.GetProperty("attention_mask").EnumerateArray().Select(Ints);
        var config = Path.Combine(folder, "config.json");
        int[]? start = IsEncoderDecoder(folder) ? [EncoderDecoderConfig.FromJson(config).DecoderStartId] : null;
        var isForced = root.TryGetProperty("forced_bos_token_id", out var id) && id.ValueKind == JsonValueKind.Number;
        int[] forced = isForced ? [id.GetInt32()] : [];
        return [.. root.GetProperty("input_ids").EnumerateArray().Select(Ints).Zip(masks, (ids, mask) =>
            new SearchPrompt([.. ids.Where((_, i) => mask[i] == 1)]) { Said = start ?? ids, Forced = forced })];
    }

    private static bool IsEncoderDecoder(string folder) => EncoderDecoderConfig.Describes(Path.Combine(folder, "config.json"));

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];
}
