namespace MixModeler.Streaming.Attribute;

/// <summary>The inverse of a symmetric matrix that is positive but for rounding, by its Cholesky factor; symmetric to the last bit.</summary>
internal static class SymmetricInverse
{
    /// <param name="matrix">Row by row.</param>
    /// <param name="size">Rows.</param>
    public static double[] Of(ReadOnlySpan<double> matrix, int size)
    {
        double[] lower = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[(i * size) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= lower[(i * size) + k] * lower[(j * size) + k];
                }

                // What rounding leaves of a direction that is all but another one is not less than this.
                lower[(i * size) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-14 * matrix[(i * size) + i])) : sum / lower[(j * size) + j];
            }
        }

        double[] inverse = Inverted(lower, size);
        double[] result = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = i; k < size; k++)
                {
                    sum += inverse[(k * size) + i] * inverse[(k * size) + j];
                }

                result[(i * size) + j] = sum;
                result[(j * size) + i] = sum;
            }
        }

        return result;
    }

    // Of a lower triangle.
    private static double[] Inverted(double[] lower, int size)
    {
        double[] inverse = new double[size * size];
        for (int j = 0; j < size; j++)
        {
            inverse[(j * size) + j] = 1 / lower[(j * size) + j];
            for (int i = j + 1; i < size; i++)
            {
                double sum = 0;
                for (int k = j; k < i; k++)
                {
                    sum -= lower[(i * size) + k] * inverse[(k * size) + j];
                }

                inverse[(i * size) + j] = sum / lower[(i * size) + i];
            }
        }

        return inverse;
    }
}
