using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Optimizers;

namespace Llamax.Training.Tests.Optimizers;

public sealed class TrainedPartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DrawnCorpus _corpus = new(5, 32, 24);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("embeddings", "model.embed_tokens.weight")]
    [InlineData("head", "lm_head.weight")]
    [InlineData("finalNorm", "model.norm.weight")]
    [InlineData("layers:1-1", "model.layers.1.")]
    public void Only_the_named_part_moves_and_the_rest_costs_no_moments(string part, string prefix)
    {
        TinyRun.In(_folder["start"], _corpus).Train();
        var start = _folder["start", "model"];
        var run = TinyRun.In(_folder["part"], _corpus) with
        {
            InitialModel = start,
            Configuration = null,
            Options = TinyRun.Options with { Trained = [part], Steps = 3 },
        };
        run.Train();
        using var before = CausalModel.Load(start);
        using var after = CausalModel.Load(_folder["part", "model"]);
        foreach (var parameter in before.Parameters)
        {
            var stayed = parameter.Value.eq(after[parameter.Name]).all().item<bool>();
            Assert.Equal(!parameter.Name.StartsWith(prefix, StringComparison.Ordinal), stayed);
        }

        using var optimizer = new FlatAdamW(
            after, new AdamWOptions(), new TrainedSpace(after, parameter => TrainedPart.Includes([part], parameter.Name)));
        Assert.InRange(
            optimizer.FirstMoment.shape[0],
            after.Parameters.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)).Sum(p => p.Length),
            after.FlatParameters.shape[0] - 64);
    }

    [Fact]
    public void All_parts_together_are_the_whole_model()
    {
        TinyRun.In(_folder["whole"], _corpus).Train();
        var parts = TinyRun.In(_folder["parts"], _corpus) with
        {
            Options = TinyRun.Options with { Trained = ["head", "embeddings", "layers:0-1", "finalNorm"] },
        };
        parts.Train();
        using var whole = CausalModel.Load(_folder["whole", "model"]);
        using var same = CausalModel.Load(_folder["parts", "model"]);
        Assert.True(whole.FlatParameters.eq(same.FlatParameters).all().item<bool>());
    }

    [Theory]
    [InlineData("layers:0-2", "the model has 2 layers")]
    [InlineData("layers:1-0", "is no part of a model")]
    [InlineData("everything", "is no part of a model")]
    public void Parts_that_are_not_there_are_refused(string part, string what)
    {
        var run = TinyRun.In(_folder["run"], _corpus) with { Options = TinyRun.Options with { Trained = [part] } };
        Assert.Contains(what, Assert.Throws<RequestException>(() => run.Train()).Message, StringComparison.Ordinal);
    }
}
