using Llamax.Decoding.Engines;
using Llamax.Decoding.Search;
using Llamax.Models.Causal;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Decoding.Tests.Engines;

/// <summary>Decoding with every decoder-only golden model: the cache changes nothing, and neither do neighbours in the batch.</summary>
[Trait("Category", "Golden")]
public sealed class DecoderFamilyTests
{
    private static readonly int[][] Prompts = [[5, 7, 30], [9, 12, 9, 44, 3, 8, 21], [6], [11, 5, 5, 39]];

    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
            if (File.ReadAllText(file).Contains("\"causal-lm\"", StringComparison.Ordinal))
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Steps_with_a_cache_equal_whole_sequences_read_afresh(string folder)
    {
        using var engine = new TorchDecoderEngine(CausalModel.Load(Goldens.GoldenPath("models", folder)), ownsModel: true);
        using var model = CausalModel.Load(Goldens.GoldenPath("models", folder));
        using var session = engine.Open();
        var sequences = Prompts.Select(p => p.ToList()).ToList();
        session.Prefill(Prompts, 4);
        AssertRows(model, session, sequences);
        foreach (var (parents, tokens) in new (int[], int[])[]
        {
            ([0, 0, 1, 1, 2, 3], [4, 5, 6, 7, 8, 9]), ([1, 0, 3, 2, 5, 4], [10, 11, 12, 13, 14, 15]), ([5, 2], [1, 2]),
            ([1, 1, 0], [3, 4, 5]),
        })
        {
            sequences = [.. parents.Select((parent, i) => sequences[parent].Append(tokens[i]).ToList())];
            session.Advance(parents, tokens);
            AssertRows(model, session, sequences);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Beam_search_finds_the_same_alone_and_in_a_batch(string folder)
    {
        using var engine = new TorchDecoderEngine(CausalModel.Load(Goldens.GoldenPath("models", folder)), ownsModel: true);
        var search = new BatchedSearch(engine, [2], new() { Beams = 3, NBest = 3, MaxNewTokens = 6 });
        var prompts = Prompts.Select(prompt => new SearchPrompt(prompt)).ToArray();
        var together = search.Run(prompts, null, TestContext.Current.CancellationToken);
        foreach (var (prompt, batched) in prompts.Zip(together))
        {
            var alone = search.Run([prompt], null, TestContext.Current.CancellationToken)[0];
            Assert.Equal(alone.Select(h => h.Tokens), batched.Select(h => h.Tokens));
            foreach (var (one, other) in alone.Zip(batched))
                Assert.Equal(one.Score, other.Score, 1e-4);
        }
    }

    private static void AssertRows(CausalModel model, IDecoderSession session, List<List<int>> sequences)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var computed = new float[model.Config.VocabularySize];
        for (var row = 0; row < sequences.Count; row++)
        {
            session.LogProbabilities(row, computed);
            var hidden = model.Forward(tensor(sequences[row].Select(id => (long)id).ToArray()).unsqueeze(0));
            var expected = model.Project(hidden[0, -1]).log_softmax(-1);
            Assert.InRange((expected - tensor(computed)).abs().max().item<float>(), 0, 2e-4);
        }
    }
}
