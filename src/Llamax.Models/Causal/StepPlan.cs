using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, B most rows of one prompt, R live rows, K key/value heads, G query heads per key/value head, C common, L own, T steps

/// <summary>
/// How the live rows of one decoding step share what was read before: the beginning that all prompts have in common, the rest of
/// each prompt, and the new tokens, whose slots follow every row's line of parents. Made once per step, the same for all layers;
/// its tensors belong to the dispose scope in which it was made.
/// </summary>
internal sealed class StepPlan
{
    private readonly int[] _seenSlots;   // [R, seen steps]
    private readonly long _slots;
    private readonly Tensor? _rowOfSlot;
    private readonly Tensor? _slotOfRow;

    /// <param name="promptOfRow">Which prompt each row continues.</param>
    /// <param name="common">Tokens that all prompts begin with, kept once.</param>
    /// <param name="ownLengths">Tokens of each prompt after those.</param>
    /// <param name="slots">For every step, this one included, and row: which slot of that step the row's token lies in.</param>
    /// <param name="window">Sliding window; null = none.</param>
    /// <param name="device">Where the cache lives.</param>
    /// <param name="isManaged">Whether <see cref="CachedAttention"/> computes, which needs no tensors.</param>
    public StepPlan(
        int[] promptOfRow, int common, int[] ownLengths, IReadOnlyList<int[]> slots, int? window, Device device, bool isManaged)
    {
        (Step, Common, OwnLengths, Window, IsManaged) = (slots.Count - 1, common, ownLengths, window, isManaged);
        RowsOfPrompt = new List<int>[ownLengths.Length];
        for (var prompt = 0; prompt < ownLengths.Length; prompt++)
            RowsOfPrompt[prompt] = [];
        for (var row = 0; row < promptOfRow.Length; row++)
            RowsOfPrompt[promptOfRow[row]].Add(row);
        var positions = Array.ConvertAll(promptOfRow, prompt => (long)common + ownLengths[prompt] + Step);
        Positions = tensor(positions, device: device).unsqueeze(1);
        FirstSeenStep = window is { } width ? Math.Max(0, Step + 1 - width) : 0;
        _seenSlots = new int[promptOfRow.Length * SeenSteps];
        for (var step = 0; step < SeenSteps; step++)
            for (var row = 0; row < promptOfRow.Length; row++)
                _seenSlots[(row * SeenSteps) + step] = slots[FirstSeenStep + step][row];
        if (isManaged)
            return;

        _slots = RowsOfPrompt.Max(rows => rows.Count);
        (_rowOfSlot, _slotOfRow) = Places(promptOfRow.Length, device);
        HiddenInOwn = Hidden(device);
        HiddenInCommon = window is { } size && positions.Max() >= size
            ? TensorArithmetic.Range(0, common, device: device).le(Positions.Plus(-size)).unsqueeze(1).unsqueeze(1)
            : null;
        SlotIndex = tensor(Array.ConvertAll(_seenSlots, slot => (long)slot), device: device).view(-1, SeenSteps);
    }

    /// <summary>The step under way, from 0.</summary>
    public int Step { get; }

    /// <summary>Tokens of the common beginning, C.</summary>
    public int Common { get; }

    /// <summary>Tokens of each prompt after the common beginning.</summary>
    public int[] OwnLengths { get; }

    /// <summary>The live rows of each prompt.</summary>
    public List<int>[] RowsOfPrompt { get; }

    public int? Window { get; }

    public bool IsManaged { get; }

    /// <summary>[R, 1] position of the new token of every row.</summary>
    public Tensor Positions { get; }

    /// <summary>The first step that the new token still sees: not 0 where a window has moved on.</summary>
    public int FirstSeenStep { get; }

    /// <summary>Steps that the new token sees, itself included.</summary>
    public int SeenSteps => Step + 1 - FirstSeenStep;

    /// <summary>[R, 1, 1, C] true = out of the window; null = all of the common beginning is seen.</summary>
    public Tensor? HiddenInCommon { get; }

    /// <summary>[P, 1, 1, L] true = padding, or out of the window; null = every token is seen.</summary>
    public Tensor? HiddenInOwn { get; }

    /// <summary>[R, seen steps] int64: <see cref="SlotsOf"/> every row.</summary>
    public Tensor? SlotIndex { get; }

    /// <summary>[seen steps] in which slot of each step from <see cref="FirstSeenStep"/> on the row's token lies.</summary>
    public ReadOnlySpan<int> SlotsOf(int row) => _seenSlots.AsSpan(row * SeenSteps, SeenSteps);

    /// <summary>[R, K, G, n] by row → [P, K, B · G, n] by prompt; empty slots hold some row's numbers.</summary>
    public Tensor Gather(Tensor rows)
    {
        var slots = _rowOfSlot is null ? rows : rows.index_select(0, _rowOfSlot);
        return slots.reshape(OwnLengths.Length, _slots, rows.shape[1], rows.shape[2], rows.shape[3]).transpose(1, 2).flatten(2, 3);
    }

    /// <summary>[P, K, B · G, n] by prompt → [R, K, G, n] by row.</summary>
    public Tensor Scatter(Tensor prompts, long group)
    {
        var slots = prompts.unflatten(2, [_slots, group]).transpose(1, 2).flatten(0, 1);
        return _slotOfRow is null ? slots : slots.index_select(0, _slotOfRow);
    }

    private (Tensor? RowOfSlot, Tensor? SlotOfRow) Places(int rows, Device device)
    {
        var (rowOfSlot, slotOfRow) = (new long[RowsOfPrompt.Length * _slots], new long[rows]);
        var isInPlace = rowOfSlot.Length == rows;
        for (var prompt = 0; prompt < RowsOfPrompt.Length; prompt++)
            for (var i = 0; i < RowsOfPrompt[prompt].Count; i++)
            {
                var (row, slot) = (RowsOfPrompt[prompt][i], (prompt * _slots) + i);
                (slotOfRow[row], rowOfSlot[slot]) = (slot, row);
                isInPlace &= slot == row;
            }

        return isInPlace ? (null, null) : (tensor(rowOfSlot, device: device), tensor(slotOfRow, device: device));
    }

    private Tensor? Hidden(Device device)
    {
        var longest = OwnLengths.Max();
        if (OwnLengths.All(length => length == longest) && (Window is null || Common + longest + Step < Window))
            return null;
        var position = TensorArithmetic.Range(0, longest, device: device).unsqueeze(0);
        var length = tensor(Array.ConvertAll(OwnLengths, n => (long)n), device: device).unsqueeze(1);
        var hidden = position.ge(length);
        if (Window is { } width)
            hidden = hidden.logical_or(position.le(length.Plus(Step - width)));
        return hidden.unsqueeze(1).unsqueeze(1);
    }
}
