using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>A prepared value that knows what it takes: where it reaches objects that are not its own, or memory that is not managed.</summary>
internal interface IPreparedValue
{
    /// <summary>Bytes of memory.</summary>
    long Bytes { get; }
}

/// <summary>Bytes of a prepared value: those of its arrays, through tuples, collections and the records of merge methods.</summary>
internal static class PreparedSize
{
    private const int OfAnObject = 64;
    private const int Deepest = 6;

    public static long Of(object value) => OfAnObject + Of(value, Deepest);

    private static long Of(object? value, int depth)
    {
        switch (value)
        {
            case null or Delegate or Type:
                return 0;
            case IPreparedValue prepared:
                return prepared.Bytes;
            case string text:
                return 2L * text.Length;
        }

        if (depth == 0)
            return 0;
        var type = value.GetType();
        if (value is Array array)
            return OfItems(array, type.GetElementType()!, array.LongLength, depth);
        if (value is ICollection items && type.IsGenericType)
            return OfItems(items, type.GetGenericArguments()[^1], items.Count, depth);
        if (value is not ITuple && type.Namespace?.StartsWith("Evo.Merging.Methods", StringComparison.Ordinal) != true)
            return 0;
        return type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Sum(field => field.FieldType.IsPrimitive ? sizeof(double) : Of(field.GetValue(value), depth - 1));
    }

    private static long OfItems(IEnumerable items, Type item, long count, int depth)
    {
        if (IsPlain(item))
            return count * Size(item);
        var bytes = count * IntPtr.Size;
        foreach (var element in items)
            bytes += Of(element, depth - 1);
        return bytes;
    }

    private static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum
        || (type.IsValueType && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).All(field => IsPlain(field.FieldType)));

    private static int Size(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
