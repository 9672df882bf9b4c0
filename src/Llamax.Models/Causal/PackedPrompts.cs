using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, L tokens of the longest, T tokens of all

/// <summary>
/// Prompts of different lengths that are read together. Everything but attention computes their tokens one behind the other, so that
/// padding costs nothing there. Its tensors belong to the dispose scope in which it was made.
/// </summary>
internal sealed class PackedPrompts
{
    private readonly int _count;
    private readonly int _longest;
    private readonly Tensor? _tokenOfSlot;   // [P · L] where each place of the padded form comes from; null = no padding
    private readonly Tensor? _slotOfToken;   // [T]
    private readonly Tensor _ends;           // [P]

    /// <param name="prompts">Token ids; none is empty.</param>
    /// <param name="before">Tokens that stand before every one of them.</param>
    /// <param name="device">Where the tokens are computed.</param>
    public PackedPrompts(IReadOnlyList<ArraySegment<int>> prompts, int before, Device device)
    {
        (_count, _longest) = (prompts.Count, prompts.Max(prompt => prompt.Count));
        var tokenOfSlot = new long[_count * _longest];
        var (ids, positions, slots, ends) = (new List<long>(), new List<long>(), new List<long>(), new List<long>());
        for (var row = 0; row < _count; row++)
        {
            // Padding stands on the right, where causal attention keeps it out of sight of every real token; it repeats the last one.
            var (first, length) = (ids.Count, prompts[row].Count);
            for (var i = 0; i < _longest; i++)
                tokenOfSlot[(row * _longest) + i] = first + Math.Min(i, length - 1);
            for (var i = 0; i < length; i++)
            {
                ids.Add(prompts[row][i]);
                positions.Add(before + i);
                slots.Add((row * _longest) + i);
            }

            ends.Add(ids.Count - 1);
        }

        Tensor Of(IEnumerable<long> numbers) => tensor(numbers.ToArray(), device: device);
        (Tokens, Positions, _ends) = (Of(ids).unsqueeze(0), Of(positions).unsqueeze(0), Of(ends));
        if (ids.Count < tokenOfSlot.Length)
            (_tokenOfSlot, _slotOfToken) = (Of(tokenOfSlot), Of(slots));
    }

    /// <summary>L.</summary>
    public int Longest => _longest;

    /// <summary>[1, T] int64.</summary>
    public Tensor Tokens { get; }

    /// <summary>[1, T] int64.</summary>
    public Tensor Positions { get; }

    /// <summary>[1, T, ..] → [P, L, ..]; the padding repeats each prompt's last token.</summary>
    public Tensor Pad(Tensor packed) =>
        (_tokenOfSlot is null ? packed : packed.index_select(1, _tokenOfSlot)).reshape([_count, _longest, .. packed.shape[2..]]);

    /// <summary>[P, L, ..] → [1, T, ..].</summary>
    public Tensor Pack(Tensor padded)
    {
        var slots = padded.flatten(0, 1);
        return (_slotOfToken is null ? slots : slots.index_select(0, _slotOfToken)).unsqueeze(0);
    }

    /// <summary>[1, T, ..] → [1, P, ..]: the last token of every prompt.</summary>
    public Tensor Ends(Tensor packed) => packed.index_select(1, _ends);
}
