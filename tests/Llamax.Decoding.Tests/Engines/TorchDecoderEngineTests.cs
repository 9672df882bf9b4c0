using System.Text.Json;
using Llamax.Decoding.Engines;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Decoding.Tests.Engines;

public sealed class TorchDecoderEngineTests
{
    private static readonly int[][] RaggedPrompts = [[1, 7, 30], [1, 12, 9, 44, 3, 8, 21], [1], [1, 5, 5, 39]];

    // Twelve tokens in common, which is worth sharing.
    private static readonly int[][] LikePrompts =
    [
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 40],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 30, 31],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22, 23],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 33, 34, 35, 36],
    ];

    // Heads of 8 are computed by tensor operations, heads of 16 by the kernels.
    private static CausalModel RandomModel(int? window = null, int headSize = 8)
    {
        var model = new CausalModel(
            new()
            {
                Architecture = window is null ? "LlamaForCausalLM" : "MistralForCausalLM",
                HiddenSize = 32,
                IntermediateSize = 48,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 2,
                HeadSize = headSize,
                VocabularySize = 50,
                MaxPositions = 64,
                SlidingWindow = window,
            },
            ScalarType.Float32, CPU);
        model.Initialize(3);
        using var quiet = no_grad();
        model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(10);   // sharper than a fresh model: errors show
        return model;
    }

    // The distribution after a sequence, computed from nothing.
    private static float[] Uncached(CausalModel model, IEnumerable<int> sequence)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var hidden = model.Forward(tensor(sequence.Select(id => (long)id).ToArray()).unsqueeze(0));
        return model.Project(hidden[0, -1]).log_softmax(-1).data<float>().ToArray();
    }

    private static void AssertRows(CausalModel model, IDecoderSession session, List<List<int>> sequences)
    {
        Assert.Equal(sequences.Count, session.Rows);
        var computed = new float[model.Config.VocabularySize];
        for (var row = 0; row < sequences.Count; row++)
        {
            session.LogProbabilities(row, computed);
            var expected = Uncached(model, sequences[row]);
            for (var id = 0; id < computed.Length; id++)
                Assert.Equal(expected[id], computed[id], 2e-4);
        }
    }

    private static void Advance(IDecoderSession session, List<List<int>> sequences, int[] parents, int[] tokens)
    {
        var next = parents.Select((parent, i) => sequences[parent].Append(tokens[i]).ToList()).ToList();
        sequences.Clear();
        sequences.AddRange(next);
        session.Advance(parents, tokens);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Long_answers_outgrow_the_first_room_of_the_cache_and_lose_nothing(int headSize)
    {
        using var model = RandomModel(headSize: headSize);
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        List<List<int>> sequences = [.. RaggedPrompts.Select(prompt => prompt.ToList())];
        session.Prefill(RaggedPrompts, 50);
        for (var step = 0; step < 50; step++)
        {
            // Rows cross every few steps, so that a row's line leads through the slots of others, before and behind the growing.
            int[] parents = step % 7 == 3 ? [3, 1, 0, 0] : [0, 1, 2, 3];
            Advance(session, sequences, parents, [.. parents.Select((_, row) => ((7 * step) + (11 * row)) % 50)]);
            if (step is 31 or 32 or 49)
                AssertRows(model, session, sequences);
        }
    }

    [Theory]
    [InlineData(null, 8, false)]
    [InlineData(null, 16, false)]
    [InlineData(null, 8, true)]
    [InlineData(null, 16, true)]
    [InlineData(4, 8, false)]
    [InlineData(4, 16, false)]
    [InlineData(6, 8, true)]
    [InlineData(6, 16, true)]
    [InlineData(15, 8, true)]
    [InlineData(15, 16, true)]
    public void Forked_reordered_and_freed_rows_equal_whole_sequences_read_afresh(int? window, int headSize, bool areAlike)
    {
        using var model = RandomModel(window, headSize);
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        var prompts = areAlike ? LikePrompts : RaggedPrompts;
        var sequences = prompts.Select(p => p.ToList()).ToList();
        session.Prefill(prompts, 8);
        AssertRows(model, session, sequences);
        Advance(session, sequences, [0, 0, 1, 1, 2, 2, 3, 3], [4, 5, 6, 7, 8, 9, 10, 11]);   // two beams each
        AssertRows(model, session, sequences);
        Advance(session, sequences, [1, 1, 3, 2, 5, 4, 6, 6], [40, 41, 42, 43, 44, 45, 46, 47]);   // crossed
        AssertRows(model, session, sequences);
        Advance(session, sequences, [6, 2, 0], [1, 2, 3]);   // freed, and prompts out of order
        AssertRows(model, session, sequences);
        Advance(session, sequences, [2, 2, 2, 1, 1], [1, 2, 3, 4, 5]);   // one prompt gone, rows uneven
        AssertRows(model, session, sequences);
        Advance(session, sequences, [0, 1, 2, 3, 4, 4, 4, 4, 4, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);   // more rows than ever
        AssertRows(model, session, sequences);
        Advance(session, sequences, [9], [3]);
        AssertRows(model, session, sequences);
        Advance(session, sequences, [], []);
        Assert.Equal(0, session.Rows);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Random_searches_equal_whole_sequences_read_afresh(int headSize)
    {
        using var model = RandomModel(headSize: headSize);
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        for (var seed = 0UL; seed < 5; seed++)
        {
            var draws = new Draws(seed, "search");
            var draw = 0;
            int Below(int bound) => draws.Below(bound, 0, draw++);
            int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Below(50))];
            var prompts = Enumerable.Range(0, 1 + Below(4)).Select(_ => Ids(1 + Below(6))).ToArray();
            var sequences = prompts.Select(p => p.ToList()).ToList();
            session.Prefill(prompts, 6);
            for (var step = 0; step < 6; step++)
            {
                var rows = 1 + Below(8);
                Advance(session, sequences, [.. Enumerable.Range(0, rows).Select(_ => Below(sequences.Count))], Ids(rows));
                AssertRows(model, session, sequences);
            }
        }
    }

    [Fact]
    public void The_best_candidates_come_first_and_ties_go_to_the_lower_id()
    {
        using var model = RandomModel();
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        session.Prefill(RaggedPrompts, 1);
        var (ids, values) = (new int[4 * 5], new float[4 * 5]);
        session.TopK(5, ids, values);
        for (var row = 0; row < 4; row++)
        {
            var expected = Uncached(model, RaggedPrompts[row]).Index().OrderByDescending(x => x.Item).Take(5);
            Assert.Equal(expected.Select(x => x.Index), ids[(row * 5)..((row + 1) * 5)]);
        }

        using (no_grad())
            model.OutputWeight.zero_();
        session.Prefill(RaggedPrompts, 1);
        session.TopK(5, ids, values);
        Assert.Equal(Enumerable.Repeat(new[] { 0, 1, 2, 3, 4 }, 4).SelectMany(x => x), ids);
        Assert.All(values, value => Assert.Equal(-Math.Log(50), value, 1e-5));
        (ids, values) = (new int[4 * 50], new float[4 * 50]);
        session.TopK(50, ids, values);
        Assert.Equal(Enumerable.Range(0, 50), ids[150..]);
    }

    [Fact]
    public void Wrong_calls_are_refused()
    {
        using var model = RandomModel();
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prefill([[1, 50]], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prefill([[]], 1));
        var refusal = Assert.Throws<RequestException>(() => session.Prefill([[1, 2]], 63));
        Assert.Contains("64 positions", refusal.Message, StringComparison.Ordinal);
        session.Prefill([[1, 2]], 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Advance([1], [3]));
        session.Advance([0], [3]);
        Assert.Throws<InvalidOperationException>(() => session.Advance([0], [3]));
    }

    [Fact]
    public void A_thousand_steps_leave_no_tensor_behind()
    {
        using var model = RandomModel();
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        using var session = engine.Open();
        var (ids, values) = (new int[6 * 2], new float[6 * 2]);
        void Search()
        {
            session.Prefill([[1, 2, 3], [1, 4]], 50);
            session.Advance([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6]);
            for (var step = 1; step < 50; step++)
            {
                session.Advance([1, 0, 2, 5, 5, 3], [1, 2, 3, 4, 5, 6]);
                session.TopK(2, ids, values);
            }
        }

        Search();
        DisposeScopeManager.Statistics.Reset();
        for (var i = 0; i < 20; i++)
            Search();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Stories260k_continues_word_for_word()
    {
        var folder = Goldens.GoldenPath("models", "stories260k");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var greedy = golden.RootElement.GetProperty("greedy");
        var expected = greedy.GetProperty("ids").EnumerateArray().Select(x => x.GetInt32()).ToArray();
        var prompt = greedy.GetProperty("prompt_ids").EnumerateArray().Select(x => x.GetInt32()).ToArray();
        using var engine = new TorchDecoderEngine(CausalModel.Load(folder), ownsModel: true);
        using var session = engine.Open();
        session.Prefill([prompt], expected.Length);
        var (ids, value) = (prompt.ToList(), new float[1]);
        var best = new int[1];
        while (ids.Count < expected.Length)
        {
            session.TopK(1, best, value);
            ids.Add(best[0]);
            session.Advance([0], best);
        }

        Assert.Equal(expected, ids);
    }
}
