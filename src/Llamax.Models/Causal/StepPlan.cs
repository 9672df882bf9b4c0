using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, B most rows of one prompt, R live rows, K key/value heads, G query heads per key/value head

/// <summary>
/// How the live rows of one decoding step share their prompts: rows are gathered into P × B slots so that one matrix product per
/// prompt serves all its rows, and scattered back. Made once per step, the same for all layers; its tensors belong to the
/// dispose scope in which it was made.
/// </summary>
internal sealed class StepPlan
{
    private readonly long _prompts;
    private readonly long _slots;
    private readonly Tensor? _rowOfSlot;
    private readonly Tensor? _slotOfRow;

    public StepPlan(int[] promptOfRow, int[] promptLengths, int step, int? window, Device device)
    {
        (Step, _prompts) = (step, promptLengths.Length);
        var filled = new int[promptLengths.Length];
        foreach (var prompt in promptOfRow)
            filled[prompt]++;
        _slots = filled.Max();
        var (rowOfSlot, slotOfRow) = (new long[_prompts * _slots], new long[promptOfRow.Length]);
        Array.Clear(filled);
        var isInPlace = promptOfRow.Length == rowOfSlot.Length;
        for (var row = 0; row < promptOfRow.Length; row++)
        {
            var slot = (promptOfRow[row] * _slots) + filled[promptOfRow[row]]++;
            (slotOfRow[row], rowOfSlot[slot]) = (slot, row);
            isInPlace &= slot == row;
        }

        if (!isInPlace)
            (_rowOfSlot, _slotOfRow) = (tensor(rowOfSlot, device: device), tensor(slotOfRow, device: device));

        Positions = tensor(promptOfRow.Select(prompt => (long)promptLengths[prompt] + step).ToArray(), device: device).unsqueeze(1);
        FirstSeenStep = window is { } width ? Math.Max(0, step + 1 - width) : 0;
        HiddenInPrompt = Hidden(promptLengths, step, window, device);
    }

    /// <summary>The step under way, from 0.</summary>
    public int Step { get; }

    /// <summary>[R, 1] position of the new token of every row.</summary>
    public Tensor Positions { get; }

    /// <summary>The first step that the new token still sees: not 0 where a window has moved on.</summary>
    public int FirstSeenStep { get; }

    /// <summary>Steps that the new token sees, itself included.</summary>
    public int SeenSteps => Step + 1 - FirstSeenStep;

    /// <summary>[P, 1, 1, L] true = padding, or out of the window; null = every prompt token is seen.</summary>
    public Tensor? HiddenInPrompt { get; }

    /// <summary>[R, K, G, n] by row → [P, K, B · G, n] by prompt; empty slots hold some row's numbers.</summary>
    public Tensor Gather(Tensor rows)
    {
        var slots = _rowOfSlot is null ? rows : rows.index_select(0, _rowOfSlot);
        return slots.reshape(_prompts, _slots, rows.shape[1], rows.shape[2], rows.shape[3]).transpose(1, 2).flatten(2, 3);
    }

    /// <summary>[P, K, B · G, n] by prompt → [R, K, G, n] by row.</summary>
    public Tensor Scatter(Tensor prompts, long group)
    {
        var slots = prompts.unflatten(2, [_slots, group]).transpose(1, 2).flatten(0, 1);
        return _slotOfRow is null ? slots : slots.index_select(0, _slotOfRow);
    }

    private static Tensor? Hidden(int[] lengths, int step, int? window, Device device)
    {
        var longest = lengths.Max();
        if (lengths.All(length => length == longest) && (window is null || longest + step < window))
            return null;
        var position = arange(longest, device: device).unsqueeze(0);
        var length = tensor(lengths.Select(n => (long)n).ToArray(), device: device).unsqueeze(1);
        var hidden = position.ge(length);
        if (window is { } width)
            hidden = hidden.logical_or(position.le(length + (step - width)));
        return hidden.unsqueeze(1).unsqueeze(1);
    }
}
