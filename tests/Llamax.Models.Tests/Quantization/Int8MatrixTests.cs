using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Models.Quantization;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Quantization;

public sealed class Int8MatrixTests
{
    private static Tensor Random(int rows, int columns, string purpose)
    {
        using var generator = new Generator(new Draws(7, purpose).Bits(0), CPU);
        return empty(rows, columns, ScalarType.Float32).normal_(0, 1, generator);
    }

    private static float[] Numbers(Tensor values) => values.reshape(-1).data<float>().ToArray();

    [Theory]
    [InlineData(1, 16, 16)]
    [InlineData(3, 37, 50)]
    [InlineData(7, 100, 64)]
    [InlineData(33, 17, 130)]
    public void Every_kernel_gives_the_same_bits_and_they_are_those_of_the_definition(int rows, int outputs, int inputs)
    {
        using var scope = NewDisposeScope();
        var (x, w, bias) = (Random(rows, inputs, "x"), Random(outputs, inputs, "w"), Random(1, outputs, "b").reshape(-1));
        w[0].zero_();
        x[0].zero_();
        using var matrix = Int8Matrix.Of(w);
        var results = Int8Kernel.Available.Select(kernel => Numbers(matrix.Apply(x, bias, kernel))).ToList();
        Assert.Contains(Int8Kernel.Available, kernel => kernel is PortableKernel);
        Assert.All(results, result => Assert.Equal(results[^1], result));

        var (scaleX, scaleW) = (x.abs().amax([1], keepdim: true) / 127, w.abs().amax([1], keepdim: true) / 127);
        Tensor Rounded(Tensor values, Tensor scale) => (values / scale.clamp_min(1e-30)).round() * scale;
        var expected = Numbers(matmul(Rounded(x, scaleX).to(ScalarType.Float64), Rounded(w, scaleW).to(ScalarType.Float64).t())
            .add(bias).to(ScalarType.Float32));
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], results[0][i], 1e-3);
    }

    [Fact]
    public void The_largest_numbers_of_both_signs_do_not_overflow()
    {
        using var scope = NewDisposeScope();
        var x = cat([ones(1, 4096), -ones(1, 4096)], 0);
        var w = cat([ones(1, 4096), -ones(1, 4096)], 0);
        using var matrix = Int8Matrix.Of(w);
        foreach (var kernel in Int8Kernel.Available)
            Assert.All(Numbers(matrix.Apply(x, null, kernel)).Zip(new[] { 4096f, -4096, -4096, 4096 }), pair => Assert.Equal(pair.Second, pair.First, 0.01));
    }

    [Fact]
    public void A_row_does_not_depend_on_the_rows_beside_it()
    {
        using var scope = NewDisposeScope();
        var x = Random(23, 96, "x");
        x[5].mul_(1000);   // one outlier must not coarsen the others
        using var matrix = Int8Matrix.Of(Random(80, 96, "w"));
        var together = matrix.Apply(x, null);
        for (var row = 0; row < 23; row++)
            Assert.Equal(Numbers(matrix.Apply(x.narrow(0, row, 1), null)), Numbers(together[row]));
    }

    [Fact]
    public void Two_threads_give_the_bits_of_one()
    {
        using var scope = NewDisposeScope();
        var x = Random(40, 256, "x");
        using var matrix = Int8Matrix.Of(Random(1000, 256, "w"));
        var one = Numbers(matrix.Apply(x, null));
        var threads = get_num_threads();
        try
        {
            set_num_threads(2);
            Assert.Equal(one, Numbers(matrix.Apply(x, null)));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void On_stories260k_eight_bits_cost_little_likelihood_and_few_greedy_choices()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var folder = Goldens.GoldenPath("models", "stories260k");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var story = golden.RootElement.GetProperty("greedy").GetProperty("ids").EnumerateArray().Select(x => x.GetInt64()).ToArray();
        using var whole = CausalModel.Load(folder);
        using var rounded = CausalModel.LoadInt8(folder);
        Assert.True(rounded.IsRounded);
        (double Likelihood, long[] Best) Read(CausalModel model)
        {
            var logs = model.Project(model.Forward(tensor(story).unsqueeze(0)))[0].log_softmax(-1);
            var next = tensor(story)[1..].unsqueeze(-1);
            return (logs[..^1].gather(-1, next).mean().item<float>(), logs.argmax(-1).data<long>().ToArray());
        }

        var (before, after) = (Read(whole), Read(rounded));
        Assert.InRange(before.Likelihood - after.Likelihood, -0.005, 0.005);   // measured: 0.0008 nats a token
        var agreeing = before.Best.Zip(after.Best).Count(pair => pair.First == pair.Second);
        Assert.InRange(agreeing, 0.96 * story.Length, story.Length);           // measured: 197 of 201
    }
}
