using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Causal;

/// <summary>Every folder of golden/models whose kind is causal-lm and whose architecture is supported is a case.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenModelTests
{
    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
            if (Kind(file) == "causal-lm")
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Outputs_equal_those_of_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var folder = Goldens.GoldenPath("models", name);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        using var model = LoadOrSkip(folder);
        if (golden.RootElement.TryGetProperty("outputs", out var outputs))
            CompareOutputs(model, golden.RootElement, Path.Combine(folder, outputs.GetString()!));
        if (golden.RootElement.TryGetProperty("logits", out var logits))
            CompareLastPosition(model, logits);
        if (golden.RootElement.TryGetProperty("greedy", out var greedy))
        {
            var ids = Integers(greedy.GetProperty("ids"));
            Assert.Equal(ids, Continue(model, Integers(greedy.GetProperty("prompt_ids")), ids.Length));
        }
    }

    private static void CompareOutputs(CausalModel model, JsonElement golden, string outputs)
    {
        using var expected = new SafetensorsFile(outputs);
        var tolerance = golden.GetProperty("tolerance");
        foreach (var (inputs, suffix) in new[] { ("inputs", ""), ("inputs_right_padded", "_right_padded") })
        {
            if (!golden.TryGetProperty(inputs, out var given))
                continue;
            using var scope = NewDisposeScope();
            var mask = Matrix(given.GetProperty("attention_mask"));
            var (tokens, positions) = (Matrix(given.GetProperty("input_ids")), Matrix(given.GetProperty("position_ids")));
            var states = model.HiddenStates(tokens, positions, Visible(mask, model.Config));
            var logits = model.Project(states[^1]);
            var wanted = "logits" + suffix;
            AssertClose(expected.View(wanted), logits * mask.unsqueeze(-1), tolerance.GetProperty(wanted).GetDouble());
            if (suffix.Length > 0)
                continue;
            var row = HiddenRow(expected.View("hidden_states"), states);
            AssertClose(expected.View("hidden_states"), row, tolerance.GetProperty("hidden_states").GetDouble());
            var labels = Matrix(given.GetProperty("labels"))[.., 1..];
            var nll = logits[.., ..^1].log_softmax(-1).gather(-1, labels.clamp_min(0).unsqueeze(-1)).squeeze(-1).neg() * labels.ge(0);
            AssertClose(expected.View("token_nll"), nll, tolerance.GetProperty("token_nll").GetDouble());
            Assert.Equal(golden.GetProperty("loss").GetDouble(), nll.sum().item<float>() / labels.ge(0).sum().item<long>(), 1e-4);
        }
    }

    // The reference keeps the hidden states of one row of the batch, the one without padding.
    private static Tensor HiddenRow(Tensor expected, IReadOnlyList<Tensor> states)
    {
        Assert.Equal(states.Count, expected.shape[0]);
        return stack(states.Select(state => state[1]), 0);
    }

    private static void CompareLastPosition(CausalModel model, JsonElement logits)
    {
        var ids = Integers(logits.GetProperty("input_ids"));
        var computed = model.Project(model.Forward(tensor(ids).unsqueeze(0))).squeeze(0);
        var expected = tensor(logits.GetProperty("last_position").EnumerateArray().Select(x => x.GetSingle()).ToArray());
        AssertClose(expected, computed[-1], 2e-4);
        if (logits.TryGetProperty("mean_nll", out var mean))
        {
            var nll = computed[..^1].log_softmax(-1).gather(-1, tensor(ids)[1..].unsqueeze(-1)).mean().neg().item<float>();
            Assert.Equal(mean.GetDouble(), nll, 1e-5);
        }
    }

    private static long[] Continue(CausalModel model, long[] prompt, int count)
    {
        var ids = prompt.ToList();
        while (ids.Count < count)
        {
            using var scope = NewDisposeScope();
            ids.Add(model.Project(model.Forward(tensor(ids.ToArray()).unsqueeze(0))[0, -1]).argmax().item<long>());
        }

        return [.. ids];
    }

    private static CausalModel LoadOrSkip(string folder)
    {
        try
        {
            return CausalModel.Load(folder);
        }
        catch (RequestException refusal) when (refusal.What.StartsWith("architectures = ", StringComparison.Ordinal))
        {
            Assert.Skip(refusal.Message);
            throw;
        }
    }

    private static Tensor Visible(Tensor mask, CausalConfig config)
    {
        var length = mask.shape[1];
        var causal = ones(length, length, ScalarType.Bool).tril();
        if (config.SlidingWindow is { } window)
            causal = causal.logical_and(causal.triu(1 - window));
        var keys = mask.to(ScalarType.Bool).unsqueeze(1).unsqueeze(1);
        return keys.logical_and(causal).logical_or(eye(length, dtype: ScalarType.Bool));
    }

    private static void AssertClose(Tensor expected, Tensor computed, double tolerance)
    {
        Assert.Equal(expected.shape, computed.shape);
        Assert.InRange((expected - computed).abs().max().item<float>(), 0, tolerance);
    }

    private static Tensor Matrix(JsonElement rows) => stack(rows.EnumerateArray().Select(row => tensor(Integers(row))), 0);

    private static long[] Integers(JsonElement row) => [.. row.EnumerateArray().Select(x => x.GetInt64())];

    private static string Kind(string file)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
        return golden.RootElement.GetProperty("kind").GetString()!;
    }
}
