using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Checkpoints;

public sealed class VocabularyRowsTests : IDisposable
{
    private static readonly int[][] Origins = [[3, 4], [5], [3, 4, 5, 3]];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(false, ScalarType.Float32)]
    [InlineData(false, ScalarType.BFloat16)]
    public void New_rows_are_means_and_everything_else_stays_to_the_bit(bool tied, ScalarType type)
    {
        using var old = Model(tied);
        old.Save(_folder["old"], type, maxShardBytes: 4_000);

        // Two of the rows belong to no piece.
        VocabularyRows.Append(_folder["old"], _folder["new"], 30, Origins, maxShardBytes: 4_000);
        var config = CausalConfig.Read(_folder["new"]);
        Assert.Equal(33, config.VocabularySize);
        Assert.Equal(CausalConfig.Read(_folder["old"]) with { VocabularySize = 33, EosIds = config.EosIds }, config);
        using var scope = NewDisposeScope();
        using var before = new CheckpointFolder(_folder["old"]);
        using var after = new CheckpointFolder(_folder["new"]);
        Assert.Equal(before.Tensors.Select(tensor => tensor.Key).Order(), after.Tensors.Select(tensor => tensor.Key).Order());
        Assert.Equal(tied ? 1 : 2, after.Tensors.Count(tensor => tensor.Value.Shape[0] == 33));
        foreach (var (name, stored) in after.Tensors)
        {
            var (was, now) = (before.Read(name), after.Read(name));
            Assert.Equal(type, now.dtype);
            if (stored.Shape[0] != 33)
            {
                Assert.True(was.equal(now).all().item<bool>(), name);
                continue;
            }

            Assert.True(was.narrow(0, 0, 30).equal(now.narrow(0, 0, 30)).all().item<bool>(), name);
            foreach (var (i, origin) in Origins.Index())
            {
                var mean = was.to(ScalarType.Float32).index_select(0, tensor(Array.ConvertAll(origin, id => (long)id))).mean([0]);
                Assert.True(now[30 + i].allclose(mean.to(type)), $"{name}, row {30 + i}");
            }
        }
    }

    [Fact]
    public void Old_text_is_read_as_before_and_new_tokens_can_be_read()
    {
        using var old = Model(tied: false);
        old.Save(_folder["old"]);
        VocabularyRows.Append(_folder["old"], _folder["new"], 32, Origins);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var now = CausalModel.Load(_folder["new"]);
        var ids = tensor(new long[,] { { 1, 7, 9, 30, 2 } });
        var (was, becomes) = (old.Project(old.Forward(ids)), now.Project(now.Forward(ids)));
        Assert.True(was.allclose(becomes.narrow(-1, 0, 32), 1e-6, 1e-6));
        Assert.Equal(35, now.Project(now.Forward(tensor(new long[,] { { 1, 34, 33 } }))).shape[^1]);
    }

    [Fact]
    public void A_model_with_fewer_rows_than_its_tokenizer_has_ids_is_refused()
    {
        using var old = Model(tied: true);
        old.Save(_folder["old"]);
        var refusal = Assert.Throws<RequestException>(() => VocabularyRows.Append(_folder["old"], _folder["new"], 33, Origins));
        Assert.Contains("32 rows and its tokenizer 33 ids", refusal.What, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["new"]));
    }

    private static CausalModel Model(bool tied)
    {
        var model = new CausalModel(
            new()
            {
                VocabularySize = 32,
                HiddenSize = 16,
                IntermediateSize = 24,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 1,
                HeadSize = 8,
                MaxPositions = 64,
                TiedHead = tied,
                BosId = 1,
                EosIds = [2],
            },
            ScalarType.Float32, CPU);
        model.Initialize(5);
        return model;
    }
}
