using System.Text.Json;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Engines.LlamaCpp;
using Llamax.Decoding.Exporting;
using Llamax.Decoding.Search;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Engines;

/// <summary>The same model in both engines: a trained one, so that what wins is clear.</summary>
[Trait("Category", "Golden")]
public sealed class LlamaCppEngineTests : IDisposable
{
    private static readonly int[][] Prompts =
    [
        [1, 403, 407, 261, 378, 432, 374, 396, 268, 376], [1, 403, 407, 261, 378, 432, 374, 396, 268, 414, 299], [1, 290], [1, 392, 420, 311],
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model = Goldens.GoldenPath("models", "stories260k");
    private readonly string _file;

    public LlamaCppEngineTests()
    {
        _file = _folder["model.gguf"];
        ModelExport.Run(new() { Model = _model, Output = _file, Format = "gguf", Type = "f32", Tokenizer = "none" });
    }

    public void Dispose() => _folder.Dispose();

    private TorchDecoderEngine Torch() => new(CausalModel.Load(_model), ownsModel: true);

    [Fact]
    public void A_story_continues_word_for_word()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_model, "golden.json")));
        int[] Ids(string name) => [.. golden.RootElement.GetProperty("greedy").GetProperty(name).EnumerateArray().Select(x => x.GetInt32())];
        var (prompt, story) = (Ids("prompt_ids"), Ids("ids"));
        using var engine = new LlamaCppEngine(_file, threads: 1);
        var found = new BatchedSearch(engine, [], new() { Beams = 1, MaxNewTokens = story.Length - prompt.Length })
            .Run([new(prompt)], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(story[prompt.Length..], found[0][0].Tokens);
    }

    [Fact]
    public void Forked_reordered_and_freed_rows_have_the_distributions_of_libtorch()
    {
        using var torch = Torch();
        using var engine = new LlamaCppEngine(_file, threads: 1);
        using var ours = torch.Open();
        using var session = engine.Open();
        var (expected, computed) = (new float[engine.VocabularySize], new float[engine.VocabularySize]);
        var (expectedIds, ids, expectedBest, best) = (new int[10 * 3], new int[10 * 3], new float[10 * 3], new float[10 * 3]);
        void AssertEqual()
        {
            Assert.Equal(ours.Rows, session.Rows);
            for (var row = 0; row < session.Rows; row++)
            {
                ours.LogProbabilities(row, expected);
                session.LogProbabilities(row, computed);
                for (var id = 0; id < computed.Length; id++)
                    Assert.Equal(expected[id], computed[id], 0.03);   // llama.cpp's cache is float16
            }

            var count = session.Rows * 3;
            ours.TopK(3, expectedIds.AsSpan(0, count), expectedBest.AsSpan(0, count));
            session.TopK(3, ids.AsSpan(0, count), best.AsSpan(0, count));
            for (var i = 0; i < count; i++)
                Assert.Equal(expectedBest[i], best[i], 0.03);
        }

        void Advance(int[] parents, int[] tokens)
        {
            ours.Advance(parents, tokens);
            session.Advance(parents, tokens);
            AssertEqual();
        }

        for (var round = 0; round < 2; round++)   // a second batch reuses the cache
        {
            ours.Prefill(Prompts, 6);
            session.Prefill(Prompts, 6, 10);
            AssertEqual();
            Advance([0, 0, 1, 1, 2, 2, 3, 3], [290, 300, 310, 320, 330, 340, 350, 360]);
            Advance([1, 1, 3, 2, 5, 4, 6, 6], [400, 401, 402, 403, 404, 405, 406, 407]);   // crossed
            Advance([6, 2, 0], [261, 262, 263]);                                            // freed
            Advance([0, 1, 2, 2, 2, 2, 2, 2, 2, 2], [261, 262, 263, 264, 265, 266, 267, 268, 269, 270]);
            Advance([9], [300]);
            Advance([], []);
        }
    }

    [Fact]
    public void Beam_search_finds_what_it_finds_in_libtorch()
    {
        using var torch = Torch();
        using var engine = new LlamaCppEngine(_file, threads: 1);
        var options = new SearchOptions { MaxNewTokens = 12 };
        SearchPrompt[] prompts = [.. Prompts.Select(prompt => new SearchPrompt(prompt))];
        var cancellation = TestContext.Current.CancellationToken;
        var expected = new BatchedSearch(torch, [2], options).Run(prompts, cancellation: cancellation);
        var found = new BatchedSearch(engine, [2], options).Run(prompts, cancellation: cancellation);
        for (var i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(expected[i][0].Tokens, found[i][0].Tokens);
            Assert.Equal(expected[i][0].Score, found[i][0].Score, 0.01);
        }
    }

    [Fact]
    public void More_hypotheses_than_llama_cpp_has_sequences_are_searched_in_several_batches()
    {
        using var engine = new LlamaCppEngine(_file, threads: 1);
        Assert.Equal(128, engine.MostRows);
        SearchPrompt[] prompts = [.. Enumerable.Range(0, 140).Select(i => new SearchPrompt([1, 260 + i]))];
        var found = new BatchedSearch(engine, [], new() { Beams = 1, MaxNewTokens = 2, BatchSentences = 1000 })
            .Run(prompts, cancellation: TestContext.Current.CancellationToken);
        Assert.All(found, hypotheses => Assert.Equal(2, hypotheses[0].Tokens.Length));
    }

    [Fact]
    public void Wrong_files_and_wrong_calls_are_refused()
    {
        Assert.Contains("no such file", Assert.Throws<RequestException>(() => new LlamaCppEngine(_folder["none.gguf"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["broken.gguf"], File.ReadAllBytes(_file)[..5000]);
        Assert.Contains("llama.cpp cannot load it", Assert.Throws<RequestException>(() => new LlamaCppEngine(_folder["broken.gguf"])).Message, StringComparison.Ordinal);
        using var engine = new LlamaCppEngine(_file, threads: 1);
        using var session = engine.Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prefill([[1, engine.VocabularySize]], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prefill([[]], 1));
        Assert.Throws<RequestException>(() => session.Prefill([[1, 2]], engine.MaxLength));
        session.Prefill([[1, 2]], 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Advance([1], [3]));
    }
}
