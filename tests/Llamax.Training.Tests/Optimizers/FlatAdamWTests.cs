using Llamax.Models.Causal;
using Llamax.Training.KillTarget;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Optimizers;

public sealed class FlatAdamWTests
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.5)]
    [InlineData(true, 0.5)]
    public void Two_steps_follow_the_formula_for_what_decays_and_what_does_not(bool decayAll, double clip)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = NewModel(ScalarType.Float32);
        var options = new AdamWOptions { WeightDecay = 0.3, DecayAllParameters = decayAll, ClipNorm = clip, Beta1 = 0.8, Beta2 = 0.9 };
        using var optimizer = new FlatAdamW(model, options);
        using var generator = new Generator(3, CPU);
        var states = model.Parameters.Select(p => (Value: p.Value.to(ScalarType.Float64), M: Zeros(p), V: Zeros(p))).ToList();
        for (var step = 1; step <= 2; step++)
        {
            var gradients = model.Parameters.Select(p => randn(p.Value.shape, generator: generator)).ToList();
            foreach (var (parameter, gradient) in model.Parameters.Zip(gradients))
                parameter.Value.grad!.copy_(gradient);
            var norm = Math.Sqrt(gradients.Sum(g => g.square().sum().item<float>()));
            Assert.Equal(norm, optimizer.ReduceGradient(), 3);
            optimizer.Step(0.01, optimizer.ReduceGradient());

            var factor = clip > 0 ? Math.Min(1, clip / (norm + 1e-6)) : 1;
            for (var i = 0; i < states.Count; i++)
            {
                var (value, m, v) = states[i];
                var g = gradients[i].to(ScalarType.Float64) * factor;
                var decay = decayAll || model.Parameters[i].Decays ? options.WeightDecay : 0;
                m.mul_(0.8).add_(g * (1 - 0.8));
                v.mul_(0.9).add_(g.square() * (1 - 0.9));
                value.mul_(1 - 0.01 * decay);
                value.sub_(m / (1 - Math.Pow(0.8, step)) / ((v / (1 - Math.Pow(0.9, step))).sqrt() + options.Epsilon) * 0.01);
                var actual = model.Parameters[i].Value.to(ScalarType.Float64);
                Assert.True(actual.allclose(value, 1e-5, 1e-6), $"{model.Parameters[i].Name}, step {step}");
            }

            Assert.Equal(0, optimizer.ReduceGradient());
        }
    }

    [Fact]
    public void A_model_of_lower_precision_learns_through_its_master_weights()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(ScalarType.BFloat16);
        using var optimizer = new FlatAdamW(model, new AdamWOptions { WeightDecay = 0, ClipNorm = 0 });
        var norm = model.Parameters[^1].Value;
        for (var step = 0; step < 40; step++)
        {
            using (no_grad())
                norm.grad!.fill_(1);
            optimizer.Collect(optimizer.ModelGradient);
            optimizer.Step(1e-4, optimizer.ReduceGradient());
        }

        // bf16 alone has steps of 2^-8 just below 1: an update of 1e-4 would be lost every time.
        Assert.InRange(norm.to(ScalarType.Float32)[0].item<float>(), 0.992f, 0.9975f);
    }

    private static Tensor Zeros(ModelParameter parameter) => zeros(parameter.Value.shape, ScalarType.Float64);

    private static CausalModel NewModel(ScalarType type)
    {
        var model = new CausalModel(TinyRun.Configuration, type, CPU);
        model.Initialize(1);
        return model;
    }
}
