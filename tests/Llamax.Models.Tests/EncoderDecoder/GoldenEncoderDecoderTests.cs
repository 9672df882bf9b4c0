using Llamax.Models.EncoderDecoder;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.EncoderDecoder;

/// <summary>Every folder of golden/models whose kind is seq2seq-lm and whose architecture is supported is a case.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenEncoderDecoderTests
{
    public static IReadOnlyCollection<ITheoryDataRow> Folders() => GoldenFolder.OfKind("seq2seq-lm");

    [Theory]
    [MemberData(nameof(Folders))]
    public void Outputs_equal_those_of_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var golden = new GoldenFolder(name);
        using var model = golden.LoadOrSkip(folder => EncoderDecoderModel.Load(folder));
        var (sourceMask, targetMask) = (golden.Input("attention_mask"), golden.Input("decoder_attention_mask"));
        var isToken = sourceMask.to(ScalarType.Bool);
        var encoder = model.EncoderStates(golden.Input("input_ids"), isToken);
        golden.AssertClose("encoder_last_hidden_state", encoder[^1] * sourceMask.unsqueeze(-1));
        golden.AssertClose("encoder_hidden_states", WholeRow(encoder, sourceMask));

        var decoder = model.DecoderStates(golden.Input("decoder_input_ids"), encoder[^1], isToken);
        golden.AssertClose("decoder_hidden_states", WholeRow(decoder, targetMask));
        var logits = model.Project(decoder[^1]);
        golden.AssertClose("logits", logits * targetMask.unsqueeze(-1));
        var labels = golden.Input("labels");
        var nll = logits.log_softmax(-1).gather(-1, labels.clamp_min(0).unsqueeze(-1)).squeeze(-1).neg() * labels.ge(0);
        golden.AssertClose("token_nll", nll);
        Assert.Equal(golden.Json.GetProperty("loss").GetDouble(), nll.sum().item<float>() / labels.ge(0).sum().item<long>(), 1e-4);
    }

    // The reference keeps the hidden states of one row of the batch, the first without padding.
    private static Tensor WholeRow(IReadOnlyList<Tensor> states, Tensor mask)
    {
        var row = (int)mask.sum(1).argmax().item<long>();
        return stack(states.Select(state => state[row]), 0);
    }
}
